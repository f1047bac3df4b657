/** Alerts keep their promises in memory as in DynamoDB. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { dynamoStandingAlerts } from '../../../adapters/remediation/standing-alerts.ts';
import type { AlertChange, StandingAlerts } from '../../../core/remediation/ports.ts';
import { memoryDynamo } from '../../fakes/dynamodb/memory-dynamo.ts';
import { memoryStandingAlerts } from '../../fakes/remediation.ts';
import { NOW } from '../../unit/remediation/stored-samples.ts';

const inDynamo = () => {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
  const { table } = memoryDynamo(client);
  return { alerts: dynamoStandingAlerts({ client, tableName: 't' }), table };
};
const STORES: Readonly<Record<string, () => StandingAlerts>> = {
  'in DynamoDB': () => inDynamo().alerts,
  'in memory': memoryStandingAlerts,
};

const change = (state: AlertChange['state'], sentAt: number, receivedAt = sentAt): AlertChange => ({
  ...{ source: 'alertmanager', name: 'High CPU #1', state, sentAt, receivedAt },
});

describe.each(Object.entries(STORES))('standing alerts %s', (_, make) => {
  it('keep the time at which the beginning was received, until they end and begin again', async () => {
    const alerts = make();
    const get = () => alerts.get('acme', 'alertmanager', 'High CPU #1');
    expect(await get()).toBeUndefined();
    await alerts.record('acme', change('begun', NOW - 60, NOW));
    expect(await alerts.record('acme', change('begun', NOW - 60, NOW + 300))).toMatchObject({
      ...{ receivedAt: NOW, endedAt: null },
    });
    await alerts.record('acme', change('ended', NOW + 400, NOW + 410));
    expect(await get()).toEqual({
      ...{ source: 'alertmanager', name: 'High CPU #1', receivedAt: NOW, endedAt: NOW + 410 },
    });
    expect(await alerts.record('acme', change('begun', NOW - 60, NOW + 500))).toMatchObject({
      endedAt: NOW + 410,
    });
    expect(await alerts.record('acme', change('begun', NOW + 450, NOW + 510))).toMatchObject({
      ...{ receivedAt: NOW + 510, endedAt: null },
    });
  });

  it('are apart for each tenant, source and name', async () => {
    const alerts = make();
    await alerts.record('acme', change('begun', NOW));
    expect(await alerts.get('other', 'alertmanager', 'High CPU #1')).toBeUndefined();
    expect(await alerts.get('acme', 'webhook', 'High CPU #1')).toBeUndefined();
    expect(await alerts.get('acme', 'alertmanager', 'High CPU')).toBeUndefined();
  });

  it('lose no change that is recorded at the same time', async () => {
    const alerts = make();
    const changes = [change('begun', NOW), change('ended', NOW + 10), change('begun', NOW + 5)];
    await Promise.all(changes.map((each) => alerts.record('acme', each)));
    expect(await alerts.get('acme', 'alertmanager', 'High CPU #1')).toMatchObject({ endedAt: NOW + 10 });
  });
});

describe('the item of an alert', () => {
  it('expires a month after its last change', async () => {
    const { alerts, table } = inDynamo();
    await alerts.record('acme', change('begun', NOW));
    await alerts.record('acme', change('ended', NOW + 100));
    expect(table.items.map(({ expiresAt }) => expiresAt)).toEqual([NOW + 100 + 30 * 86_400]);
  });
});
