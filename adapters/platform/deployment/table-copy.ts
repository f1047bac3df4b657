import {
  type AttributeValue,
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  DescribeTableCommand,
  type DynamoDBClient,
  PutItemCommand,
  ScanCommand,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import type { CopiedItem, CopySource, CopyTarget, Position } from '../../../core/platform/restore/ports.ts';
import { DependencyUnavailableError, InvalidInputError } from '../../../core/shared/errors.ts';
import { chunksOf, inParallel } from '../../../core/shared/in-parallel.ts';
import { type Pace, pause } from '../../aws/paced-retry.ts';
import { permitted } from './permitted.ts';
import { partOf, type StageStacks } from './stage-stacks.ts';

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html */
const ITEMS_PER_BATCH = 25;
const BATCHES_AT_ONCE = 4;
const PUTS_AT_ONCE = 16;
const FRUITLESS_ATTEMPTS = 8;

/** Attributes stay in the form of the API: numbers keep all digits, binaries all bytes. */
type StoredContent = Record<string, AttributeValue>;

const itemOf = (content: StoredContent): CopiedItem<StoredContent> => {
  const expiresAt = content.expiresAt?.N;
  return { content, expiresAt: expiresAt === undefined ? undefined : Number(expiresAt) };
};

const keyOf = ({ pk, sk }: Position): StoredContent => ({ pk: { S: pk }, sk: { S: sk } });
const positionOf = (key: StoredContent): Position => ({ pk: key.pk?.S ?? '', sk: key.sk?.S ?? '' });

/** A table to copy from. */
export const tableSource = (client: DynamoDBClient, TableName: string): CopySource<StoredContent> => ({
  page: async (Segment, TotalSegments, after) => {
    const ExclusiveStartKey = after && keyOf(after);
    const answer = await permitted('dynamodb:Scan', () =>
      client.send(
        new ScanCommand({ TableName, Segment, TotalSegments, ExclusiveStartKey, ConsistentRead: true }),
      ),
    );
    const { Items = [], LastEvaluatedKey } = answer;
    return { items: Items.map(itemOf), next: LastEvaluatedKey && positionOf(LastEvaluatedKey) };
  },
});

const putBatch = async (
  client: DynamoDBClient,
  table: string,
  items: readonly CopiedItem<StoredContent>[],
  pace: Pace,
): Promise<void> => {
  let requests: WriteRequest[] = items.map(({ content }) => ({ PutRequest: { Item: content } }));
  for (let fruitless = 0; requests.length > 0; ) {
    const RequestItems = { [table]: requests };
    const { UnprocessedItems } = await permitted('dynamodb:BatchWriteItem', () =>
      client.send(new BatchWriteItemCommand({ RequestItems })),
    );
    const left = UnprocessedItems?.[table] ?? [];
    fruitless = left.length < requests.length ? 0 : fruitless + 1;
    if (fruitless === FRUITLESS_ATTEMPTS)
      throw new DependencyUnavailableError(
        `DynamoDB keeps throttling writes to ${table}: run the command again`,
      );
    if (left.length > 0) await pause(pace, fruitless + 1);
    requests = left;
  }
};

/** False if the table has an item with this key that does not fulfil the condition. */
const putIf = async (
  client: DynamoDBClient,
  TableName: string,
  ConditionExpression: string,
  item: CopiedItem<StoredContent>,
): Promise<boolean> => {
  const Item = item.content;
  try {
    await permitted('dynamodb:PutItem', () =>
      client.send(new PutItemCommand({ TableName, Item, ConditionExpression })),
    );
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
};

const putEach = async (
  client: DynamoDBClient,
  table: string,
  condition: string,
  items: readonly CopiedItem<StoredContent>[],
): Promise<number> => {
  const put = await inParallel(PUTS_AT_ONCE, items, (item) => putIf(client, table, condition, item));
  return put.filter(Boolean).length;
};

interface Ending {
  /** Attributes of items that have ended for good. */
  readonly attributes: readonly string[];
  /** What a copy makes valid again if the table lacked its end, and what to do. */
  readonly lost: string;
}

/** By the name of a table in the documents: an older copy must not make valid what was revoked or replaced since. */
const ENDINGS: Readonly<Record<string, Ending>> = {
  ApiKeys: {
    attributes: ['revokedAt', 'replacedBy'],
    lost: 'API keys that were revoked or replaced after the copy was made are valid again if the table lacked them: look at forestall keys list of each tenant, and revoke them again',
  },
  Settings: {
    attributes: ['generation'],
    lost: 'webhook secrets that tenants replaced after the copy was made are accepted again if the table lacked the replacement: these tenants have to replace them again (docs/webhooks.md)',
  },
};

/** What a copy into a table may have made valid again; undefined for tables whose items do not end. */
export const lostEndsOf = (name: string): string | undefined => ENDINGS[name]?.lost;

export interface TargetTable {
  /** Name in the documents, such as `ApiKeys`. */
  readonly name: string;
  readonly tableName: string;
}

/** A table to copy into. Items that have ended stay as they are. */
export const tableTarget = (
  client: DynamoDBClient,
  { name, tableName: TableName }: TargetTable,
  pace: Pace,
): CopyTarget<StoredContent> => ({
  isEmpty: async () => {
    const { Items = [] } = await permitted('dynamodb:Scan', () =>
      client.send(new ScanCommand({ TableName, Limit: 1, ConsistentRead: true })),
    );
    return Items.length === 0;
  },
  overwrite: async (items) => {
    const isLive = ENDINGS[name]?.attributes.map((end) => `attribute_not_exists(${end})`).join(' AND ');
    if (isLive !== undefined) return putEach(client, TableName, isLive, items);
    await inParallel(BATCHES_AT_ONCE, chunksOf(ITEMS_PER_BATCH, items), (batch) =>
      putBatch(client, TableName, batch, pace),
    );
    return items.length;
  },
  addMissing: (items) => putEach(client, TableName, 'attribute_not_exists(pk)', items),
});

/**
 * Name of a table of the stage by its name in the documents (`Blocks`).
 * @throws InvalidInputError that lists the tables
 */
export const findTable = async (stage: StageStacks, name: string): Promise<string> => {
  const tables = await stage.ofType('AWS::DynamoDB::GlobalTable');
  const names = tables.map((table) => [partOf(table).replace('Data/', ''), table.physicalId] as const);
  const found = names.find(([own]) => own === name)?.[1];
  if (found !== undefined) return found;
  throw new InvalidInputError(
    `found no table "${name}" in the stage, expected one of ${names.map(([own]) => own).join(', ')}`,
  );
};

/**
 * Approximate number of items of a table.
 * @throws InvalidInputError unless the table exists, is ready and has the keys of the stage's tables
 */
export const describeCopy = async (client: DynamoDBClient, TableName: string): Promise<number> => {
  try {
    const { Table } = await permitted('dynamodb:DescribeTable', () =>
      client.send(new DescribeTableCommand({ TableName })),
    );
    const keys = (Table?.KeySchema ?? []).map(({ AttributeName }) => AttributeName).join();
    if (keys !== 'pk,sk')
      throw new InvalidInputError(`table ${TableName} has the keys ${keys}, expected pk,sk`);
    if (Table?.TableStatus !== 'ACTIVE')
      throw new InvalidInputError(`table ${TableName} is ${Table?.TableStatus}: wait until it is ACTIVE`);
    return Table.ItemCount ?? 0;
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ResourceNotFoundException') throw error;
    throw new InvalidInputError(`found no table ${TableName} in this account and region`, { cause: error });
  }
};
