import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { dynamoTargetFinder } from '../../../adapters/metrics/target-finder.ts';

const dynamo = mockClient(DynamoDBDocumentClient);
const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
const finder = () => dynamoTargetFinder({ client, tableName: 'targets' });
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
