import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, it } from 'vitest';
import { dynamoIngestionStore } from '../../../adapters/anomalies/ingestion-store.ts';
import type { IngestionSummary } from '../../../core/anomalies/ingestion-summary.ts';
import { UnreadableItemError } from '../../../core/shared/errors.ts';

const dynamo = mockClient(DynamoDBDocumentClient);
const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
const store = dynamoIngestionStore({ client, tableName: 'anomalies' });

const SUMMARY: IngestionSummary = {
  checkedAt: 1_795_255_500,
  lastSeen: 1_795_255_400,
  targets: { reporting: 3, late: 0, silent: 1, expired: 0 },
  vanishedMetrics: 2,
  hours: [{ hour: 498_682, received: 10, expected: 12 }],
  silence: undefined,
};

beforeEach(() => {
  dynamo.reset();
});

it('stores one item for each tenant, which expires a week after the last check, and reads it back', async () => {
  dynamo.on(PutCommand).resolves({});
  await store.put('acme', SUMMARY);
  const { Item } = dynamo.commandCalls(PutCommand)[0]!.args[0].input;
  expect(Item).toMatchObject({ pk: 'T#acme', sk: 'INGESTION', expiresAt: 1_795_255_500 + 7 * 86_400 });
  dynamo.on(GetCommand).resolves({ Item });
  expect(await store.get('acme')).toEqual(SUMMARY);
});

it('has none of a tenant that was never checked, and rejects a damaged one', async () => {
  dynamo
    .on(GetCommand)
    .resolvesOnce({})
    .resolvesOnce({ Item: { pk: 'T#acme', sk: 'INGESTION', summary: '{}' } });
  expect(await store.get('acme')).toBeUndefined();
  await expect(store.get('acme')).rejects.toThrow(UnreadableItemError);
});
