import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { dynamoInterventionStore } from '../../../adapters/forecasts/intervention-store.ts';
import { recordedTelemetry } from '../../fakes/shared.ts';

const dynamo = mockClient(DynamoDBDocumentClient);
const NOW = Date.parse('2026-11-30T10:00:00Z') / 1000;
const { telemetry, counts } = recordedTelemetry();
const store = dynamoInterventionStore({
  client: DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' })),
  ...{ tableName: 'forecasts', now: () => NOW * 1000, telemetry },
});
const intervention = { tenantId: 'acme', id: 'r-1', targetIds: ['web-1', 'web-2'], at: NOW };

beforeEach(() => {
  dynamo.reset();
});

describe('interventions', () => {
  it('are kept for a day longer than forecasts look back, and a repeat is the same item', async () => {
    dynamo.on(PutCommand).resolves({});
    await store.put(intervention);
    await store.put(intervention);
    const [first, second] = dynamo.commandCalls(PutCommand).map(({ args }) => args[0].input);
    expect(second).toEqual(first);
    expect(first?.Item).toMatchObject({
      ...{ pk: 'T#acme', sk: 'INTERVENTION#2026-11-30T10:00:00Z#r-1', ...intervention },
      expiresAt: NOW + 15 * 86_400,
    });
  });

  it('are read since a time, the newest first, without those that cannot be read', async () => {
    dynamo.on(PutCommand).resolves({});
    await store.put(intervention);
    const { Item } = dynamo.commandCalls(PutCommand)[0]!.args[0].input;
    dynamo.on(QueryCommand).resolves({ Items: [Item!, { ...Item, targetIds: 'web-1' }] });
    expect(await store.since('acme', NOW - 60)).toEqual([intervention]);
    expect(counts.ItemUnreadable).toBe(1);
    expect(dynamo.commandCalls(QueryCommand)[0]?.args[0].input).toMatchObject({
      ExpressionAttributeValues: {
        ':pk': 'T#acme',
        ':from': 'INTERVENTION#2026-11-30T09:59:00Z',
        ':to': 'INTERVENTION$',
      },
      ...{ ScanIndexForward: false, Limit: 500 },
    });
  });
});
