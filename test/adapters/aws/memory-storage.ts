import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  GetObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  BatchGetCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import type { Item } from '../../../adapters/aws/dynamodb/table.ts';
import type { SkipTelemetry } from '../../../core/shared/stored-format.ts';

const isPlain = (value: unknown): value is Item =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** A value as DynamoDB keeps it: without undefined. */
const kept = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(kept);
  if (!isPlain(value)) return value;
  const present = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(present.map(([name, each]) => [name, kept(each)]));
};

const keyOf = ({ pk, sk }: Item): string => `${String(pk)} ${String(sk)}`;

/** True for an item in the range of a query. The expression is one of those that the adapters use. */
const isInRange = (item: Item, expression: string, values: Item): boolean => {
  const [, partition = '', pk = ''] = /^(\w+) = (:\w+)/.exec(expression) ?? [];
  if (item[partition] !== values[pk]) return false;
  const sk = String(item.sk);
  const [, prefix] = /begins_with\(sk, (:\w+)\)/.exec(expression) ?? [];
  if (prefix !== undefined) return sk.startsWith(String(values[prefix]));
  const [, from, to] = /sk BETWEEN (:\w+) AND (:\w+)/.exec(expression) ?? [];
  if (from === undefined || to === undefined) return true;
  return sk >= String(values[from]) && sk <= String(values[to]);
};

/** A table that accepts every write until it is frozen, regardless of conditions, and returns whole queries, regardless of filters. */
const memoryTable = (items: Map<string, Item>, isFrozen: () => boolean): DynamoDBDocumentClient => {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
  const put = (item: Item | undefined): void => {
    if (isFrozen()) throw new ConditionalCheckFailedException({ $metadata: {}, message: 'frozen' });
    if (item !== undefined) items.set(keyOf(item), kept(item) as Item);
  };
  mockClient(client)
    .on(PutCommand)
    .callsFake(({ Item }) => {
      put(Item);
      return {};
    })
    .on(TransactWriteCommand)
    .callsFake(({ TransactItems }: TransactWriteCommand['input']) => {
      for (const { Put } of TransactItems ?? []) put(Put?.Item);
      return {};
    })
    .on(GetCommand)
    .callsFake(({ Key }) => ({ Item: items.get(keyOf(Key)) }))
    .on(BatchGetCommand)
    .callsFake(({ RequestItems }: BatchGetCommand['input']) => ({
      Responses: Object.fromEntries(
        Object.entries(RequestItems ?? {}).map(([table, { Keys = [] }]) => [
          table,
          Keys.flatMap((key) => items.get(keyOf(key)) ?? []),
        ]),
      ),
    }))
    .on(QueryCommand)
    .callsFake(({ KeyConditionExpression = '', ExpressionAttributeValues = {} }: QueryCommand['input']) => ({
      Items: [...items.values()].filter((item) =>
        isInRange(item, KeyConditionExpression, ExpressionAttributeValues),
      ),
    }));
  return client;
};

const memoryBucket = (objects: Map<string, Uint8Array>): S3Client => {
  const client = new S3Client({ region: 'us-east-1' });
  mockClient(client)
    .on(PutObjectCommand)
    .callsFake(({ Key, Body }) => {
      objects.set(Key, Buffer.from(Body));
      return {};
    })
    .on(GetObjectCommand)
    .callsFake(({ Key }) => {
      const bytes = objects.get(Key);
      if (bytes === undefined) throw new NoSuchKey({ $metadata: {}, message: Key });
      return { Body: { transformToByteArray: async () => bytes }, ETag: '"e"' };
    })
    .on(ListObjectsV2Command)
    .callsFake(({ Prefix }) => ({
      Contents: [...objects.keys()].filter((key) => key.startsWith(Prefix)).map((Key) => ({ Key })),
    }))
    .on(ListObjectVersionsCommand)
    .callsFake(({ Prefix }) => ({
      Versions: [...objects.keys()].filter((key) => key.startsWith(Prefix)).map((Key) => ({ Key })),
    }));
  return client;
};

/** One table and one bucket in memory, for what stores write and read back. */
export const memoryStorage = (nowSeconds: number) => {
  const items = new Map<string, Item>();
  const objects = new Map<string, Uint8Array>();
  const skipped: unknown[] = [];
  let isFrozen = false;
  const telemetry: SkipTelemetry = {
    count: () => undefined,
    error: (_message, _fields, cause) => skipped.push(cause),
  };
  return {
    items,
    objects,
    /** Errors of items that lists skipped. */
    skipped,
    /** From now on, no condition of a write holds. */
    freeze: () => {
      isFrozen = true;
    },
    table: {
      client: memoryTable(items, () => isFrozen),
      tableName: 'memory',
      now: () => nowSeconds * 1000,
      retentionDays: 35,
      telemetry,
    },
    bucket: { client: memoryBucket(objects), bucketName: 'memory' },
  };
};

export type MemoryStorage = ReturnType<typeof memoryStorage>;
