import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { BlocksNotWrittenError } from '../../core/metrics/blocks/blocks-not-written-error.ts';
import type { BlockKey, StoredBlock } from '../../core/metrics/blocks/stored-block.ts';
import type { BlockStore, BlockWrite } from '../../core/metrics/ports.ts';
import { inParallel } from '../../core/shared/in-parallel.ts';
import { batchGet, type Consistency } from '../aws/dynamodb/batch-get.ts';
import { targetPk } from '../aws/dynamodb/item-key.ts';
import { readBinaryItem } from '../aws/dynamodb/stored-item.ts';
import type { DynamoTable, Item } from '../aws/dynamodb/table.ts';
import { defaultPace, type Pace } from '../aws/paced-retry.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';
import {
  type BlockTable,
  combine,
  putBlock,
  putTogether,
  transactionsOf,
  type WriteOutcome,
} from './block-write.ts';
import { blockKey, blockSk, hourOfBlock } from './item-keys.ts';

const PUTS_AT_ONCE = 8;
const TRANSACTIONS_AT_ONCE = 4;

const BlockItem = z.object({
  pk: z.string(),
  sk: z.string(),
  data: z.instanceof(Uint8Array),
  v: z.number().int().positive(),
});

/** @throws UnreadableItemError */
const readBlock = (item: Item): z.infer<typeof BlockItem> => readBinaryItem('block', BlockItem, item);

const keyOf = ({ tenantId, targetId, hour }: BlockKey) => blockKey(tenantId, targetId, hour);

const read = async (
  table: DynamoTable,
  keys: readonly BlockKey[],
  pace: Pace,
  consistency: Consistency = 'strong',
): Promise<StoredBlock[]> => {
  const items = await batchGet(table, keys.map(keyOf), pace, consistency);
  const found = new Map(
    items.map((raw) => {
      const item = readBlock(raw);
      return [`${item.pk} ${item.sk}`, item];
    }),
  );
  return keys.map((key) => {
    const { pk, sk } = keyOf(key);
    const item = found.get(`${pk} ${sk}`);
    return { key, bytes: item?.data, version: item?.v ?? 0 };
  });
};

const putEach = async (table: BlockTable, blocks: readonly BlockWrite[]): Promise<WriteOutcome> =>
  combine(await inParallel(PUTS_AT_ONCE, blocks, (block) => putBlock(table, block)));

/**
 * Writes many new blocks together in transactions, at twice the price: this is a backfill, or the start of an hour. All
 * other blocks are written one by one.
 */
const write = async (table: BlockTable, blocks: readonly BlockWrite[]): Promise<BlockKey[]> => {
  const fresh = blocks.filter(({ expectedVersion }) => expectedVersion === 0);
  const together = fresh.length > PUTS_AT_ONCE ? fresh : [];
  const single = together.length > 0 ? blocks.filter(({ expectedVersion }) => expectedVersion > 0) : blocks;
  const putOthers = (others: readonly BlockWrite[]) => putEach(table, others);
  const outcome = combine(
    (
      await Promise.all([
        inParallel(TRANSACTIONS_AT_ONCE, transactionsOf(together), (part) =>
          putTogether(table, part, putOthers),
        ),
        putEach(table, single).then((result) => [result]),
      ])
    ).flat(),
  );
  if (outcome.notWritten.length > 0)
    throw new BlocksNotWrittenError(outcome.notWritten, outcome.lost, outcome.cause);
  return [...outcome.lost];
};

const readRange = async (
  { client, tableName }: DynamoTable,
  tenantId: string,
  targetId: string,
  fromHour: number,
  toHour: number,
): Promise<StoredBlock[]> => {
  const blocks: StoredBlock[] = [];
  let from: Record<string, unknown> | undefined;
  do {
    const query = new QueryCommand({
      TableName: tableName,
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
      ExpressionAttributeValues: {
        ':pk': targetPk(tenantId, targetId),
        ':from': blockSk(fromHour),
        ':to': blockSk(toHour),
      },
      ExclusiveStartKey: from,
    });
    const page = await withSdkErrors('reading blocks', () => client.send(query));
    for (const raw of page.Items ?? []) {
      const { sk, data, v } = readBlock(raw);
      blocks.push({ key: { tenantId, targetId, hour: hourOfBlock(sk) }, bytes: data, version: v });
    }
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  return blocks;
};

/** Hour blocks; each expires `retentionDays` after its hour. */
export const dynamoBlockStore = (table: BlockTable, pace: Pace = defaultPace): BlockStore => ({
  read: (keys) => read(table, keys, pace),
  write: (blocks) => write(table, blocks),
  readRange: (tenantId, targetId, fromHour, toHour) => readRange(table, tenantId, targetId, fromHour, toHour),
});

/** Hour blocks for functions that only read them. */
export const dynamoBlockReader = (table: DynamoTable): Pick<BlockStore, 'readRange'> => ({
  readRange: (tenantId, targetId, fromHour, toHour) => readRange(table, tenantId, targetId, fromHour, toHour),
});

/** Reads hour blocks by key, eventually consistent: for functions that soon read the same blocks again. */
export const dynamoBlockGlance = (
  table: DynamoTable,
  pace: Pace = defaultPace,
): Pick<BlockStore, 'read'> => ({ read: (keys) => read(table, keys, pace, 'eventual') });
