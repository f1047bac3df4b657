import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { cachedFleetSizes, dynamoFleetSizes } from '../../../adapters/incidents/fleet-sizes.ts';

const dynamo = mockClient(DynamoDBDocumentClient);
const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
const fleets = dynamoFleetSizes({ client, tableName: 'registry', now: () => 1_000_000_000_000 });

beforeEach(() => {
  dynamo.reset();
});

describe('the size of a fleet', () => {
  it('is counted page by page, for one tenant and the last day only', async () => {
    const LastEvaluatedKey = { pk: 'T#acme', sk: 'TARGET#m' };
    dynamo.on(QueryCommand).resolvesOnce({ Count: 900, LastEvaluatedKey }).resolves({ Count: 100 });
    expect(await fleets.count('acme')).toBe(1000);
    const inputs = dynamo.commandCalls(QueryCommand).map(({ args }) => args[0].input);
    expect(inputs).toMatchObject([
      {
        Select: 'COUNT',
        FilterExpression: 'lastSeen > :since',
        ExpressionAttributeValues: { ':pk': 'T#acme', ':sk': 'TARGET#', ':since': 1_000_000_000 - 86_400 },
      },
      { ExclusiveStartKey: LastEvaluatedKey },
    ]);
  });

  it('is zero if no metrics were sent', async () => {
    dynamo.on(QueryCommand).resolves({});
    expect(await fleets.count('acme')).toBe(0);
  });

  it('is counted again after an hour, and after a failure', async () => {
    let now = 0;
    const remembered = cachedFleetSizes(fleets, () => now);
    dynamo.on(QueryCommand).rejectsOnce(new Error('down')).resolvesOnce({ Count: 5 }).resolves({ Count: 7 });
    await expect(remembered.count('acme')).rejects.toThrow('down');
    expect([await remembered.count('acme'), await remembered.count('acme')]).toEqual([5, 5]);
    expect(await remembered.count('other')).toBe(7);
    now = 3_600_001;
    expect(await remembered.count('acme')).toBe(7);
    expect(dynamo.commandCalls(QueryCommand)).toHaveLength(4);
  });
});
