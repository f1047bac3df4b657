import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { dynamoTargetFinder } from '../../../adapters/metrics/target-finder.ts';
import { targetItem } from '../../../adapters/metrics/target-item.ts';
import { watched } from '../../fakes/metrics.ts';
import { recordedTelemetry } from '../../fakes/shared.ts';

const dynamo = mockClient(DynamoDBDocumentClient);
const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
const { telemetry, counts } = recordedTelemetry();
const finder = () => dynamoTargetFinder({ client, tableName: 'targets', telemetry });
const asked = () =>
  dynamo
    .commandCalls(BatchGetCommand)
    .map(({ args }) => args[0].input.RequestItems?.targets?.Keys?.map(({ sk }) => sk));

beforeEach(() => {
  dynamo.reset();
  dynamo.on(BatchGetCommand).resolves({ Responses: { targets: [{ pk: 'T#acme', sk: 'TARGET#a' }] } });
});

describe('new targets', () => {
  it('are those without an item; stored ones are looked up once', async () => {
    const { findNew } = finder();
    expect(await findNew('acme', ['a', 'b'])).toEqual(['b']);
    expect(await findNew('acme', ['a', 'b'])).toEqual(['b']);
    expect(await findNew('acme', ['a'])).toEqual([]);
    expect(asked()).toEqual([['TARGET#a', 'TARGET#b'], ['TARGET#b']]);
    expect(dynamo.commandCalls(BatchGetCommand)[0]?.args[0].input.RequestItems?.targets).toMatchObject({
      ConsistentRead: false,
    });
  });

  it('are not new again once they were accepted, for their tenant', async () => {
    const { findNew, remember } = finder();
    remember('acme', ['b']);
    expect(await findNew('acme', ['b'])).toEqual([]);
    expect(await findNew('globex', ['b'])).toEqual(['b']);
  });

  it('are forgotten when a container knows too many', async () => {
    const { findNew, remember } = finder();
    remember('acme', ['b']);
    remember(
      'acme',
      Array.from({ length: 100_000 }, (_, i) => `t${i}`),
    );
    expect(await findNew('acme', ['b'])).toEqual(['b']);
  });
});

describe('notices', () => {
  const notice = { code: 'points-parked' as const, at: 1_795_255_500, detail: '3 points were not stored' };

  it('are read from the targets that have any; a damaged target hides no other', async () => {
    const items = [watched('a', { notices: [notice] }), watched('b')].map((target) =>
      targetItem({ target, version: 1 }, 2_000_000_000),
    );
    const broken = { pk: 'T#acme', sk: 'TARGET#c', schemaVersion: 1 };
    dynamo.on(BatchGetCommand).resolves({ Responses: { targets: [...items, broken] } });
    const noticed = await finder().readNotices('acme', ['a', 'b', 'c']);
    expect(noticed).toEqual([expect.objectContaining({ targetId: 'a', notices: [notice] })]);
    expect(counts).toEqual({ ItemUnreadable: 1 });
  });
});
