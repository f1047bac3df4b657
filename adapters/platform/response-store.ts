import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type {
  Claim,
  CommandResponse,
  KeyedCommand,
  ResponseStore,
} from '../../core/platform/idempotency/ports.ts';
import { type StoredFormat, schemaVersionOf } from '../../core/shared/stored-format.ts';
import { ifConditionHolds } from '../aws/dynamodb/conditional-write.ts';
import { getItem } from '../aws/dynamodb/get-item.ts';
import { readItem } from '../aws/dynamodb/stored-item.ts';
import type { DynamoTable, Item } from '../aws/dynamodb/table.ts';
import { deflated, deflateJson } from '../aws/json-attributes.ts';
import { responseKey } from './item-keys.ts';

const Response = z.object({
  statusCode: z.number().int(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
});

/** Without a response, the item is a claim. */
const ResponseItem = z.object({
  fingerprint: z.string(),
  expiresAt: z.number(),
  response: deflated(Response).optional(),
});
const FORMAT: StoredFormat<z.infer<typeof ResponseItem>> = {
  kind: 'response to a command',
  version: 1,
  schema: ResponseItem,
};

const itemOf = ({ tenantId, key, fingerprint, requestId }: KeyedCommand, expiresAt: number): Item => ({
  ...responseKey(tenantId, key),
  ...schemaVersionOf(FORMAT),
  ...{ fingerprint, requestId, expiresAt },
});

/** The condition that the key is still claimed by this request. */
const ifClaimedBy = ({ requestId }: KeyedCommand) => ({
  ConditionExpression: 'requestId = :request AND attribute_not_exists(#response)',
  ExpressionAttributeNames: { '#response': 'response' },
  ExpressionAttributeValues: { ':request': requestId },
});

/** The claim or response that stands against a claim. It may have been released since: then the client retries soon. */
const readEarlier = async (table: DynamoTable, command: KeyedCommand, now: number): Promise<Claim> => {
  const { tenantId, key, fingerprint } = command;
  const item = await getItem(table, responseKey(tenantId, key), 'reading the response to a command');
  if (item === undefined) return { state: 'in-progress', fingerprint, until: now };
  const earlier = readItem(FORMAT, item);
  return earlier.response === undefined
    ? { state: 'in-progress', fingerprint: earlier.fingerprint, until: earlier.expiresAt }
    : { state: 'answered', fingerprint: earlier.fingerprint, response: earlier.response };
};

const claim =
  (table: DynamoTable): ResponseStore['claim'] =>
  async (command, now, expiresAt) => {
    const put = new PutCommand({
      TableName: table.tableName,
      Item: itemOf(command, expiresAt),
      // An expired item may stay for days before DynamoDB removes it.
      ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :now',
      ExpressionAttributeValues: { ':now': now },
    });
    const isClaimed = await ifConditionHolds('claiming an Idempotency-Key', () => table.client.send(put));
    return isClaimed ? { state: 'claimed' } : readEarlier(table, command, now);
  };

const complete =
  ({ client, tableName }: DynamoTable) =>
  (
    command: KeyedCommand,
    { statusCode, headers, body }: CommandResponse,
    expiresAt: number,
  ): Promise<boolean> => {
    const put = new PutCommand({
      TableName: tableName,
      Item: { ...itemOf(command, expiresAt), response: deflateJson({ statusCode, headers, body }) },
      ...ifClaimedBy(command),
    });
    return ifConditionHolds('storing the response to a command', () => client.send(put));
  };

/** Claims of Idempotency-Keys and the responses that replace them, one item for each key of a tenant. */
export const dynamoResponseStore = (table: DynamoTable): ResponseStore => ({
  claim: claim(table),
  complete: complete(table),
  release: async (command) => {
    const { tenantId, key } = command;
    const remove = new DeleteCommand({
      TableName: table.tableName,
      Key: { ...responseKey(tenantId, key) },
      ...ifClaimedBy(command),
    });
    await ifConditionHolds('releasing an Idempotency-Key', () => table.client.send(remove));
  },
});
