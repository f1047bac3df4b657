/** Conditional writes of blocks: one by one, or many new ones in a transaction. */

import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, PutCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { BlockKey } from '../../core/metrics/blocks/stored-block.ts';
import type { BlockWrite } from '../../core/metrics/ports.ts';
import { DependencyUnavailableError, InvalidInputError } from '../../core/shared/errors.ts';
import { DAY_SECONDS, HOUR_SECONDS } from '../../core/shared/time.ts';
import { isRefused, isTransient, withSdkErrors } from '../aws/sdk-failure.ts';
import { isRecorded } from '../aws/trace-context.ts';
import { blockKey } from './item-keys.ts';

/** Result of a write. Each block is in one of the lists or was written. */
export interface WriteOutcome {
  /** Another writer has changed these blocks since they were read. */
  readonly lost: readonly BlockKey[];
  /** Throttled, timed out or down. */
  readonly notWritten: readonly BlockKey[];
  readonly cause?: unknown;
}

export interface BlockTable {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly retentionDays: number;
}

/** DynamoDB's limits are 100 actions and 4 MB; the local emulator counts bytes as base64, a third more. */
const TRANSACTION_ITEMS = 100;
const TRANSACTION_BYTES = 2_800_000;
/** Reasons for a cancelled transaction after which its items must not be retried immediately, one by one. */
const THROTTLED = new Set(['ThrottlingError', 'ProvisionedThroughputExceeded']);

const putOf = (
  { tableName, retentionDays }: BlockTable,
  { key, bytes, expectedVersion, trace }: BlockWrite,
) => ({
  TableName: tableName,
  Item: {
    ...blockKey(key.tenantId, key.targetId, key.hour),
    data: bytes,
    v: expectedVersion + 1,
    expiresAt: (key.hour + 1) * HOUR_SECONDS + retentionDays * DAY_SECONDS,
    // Streams carry no trace.
    ...(isRecorded(trace) ? { trace } : {}),
  },
  ...(expectedVersion === 0
    ? { ConditionExpression: 'attribute_not_exists(pk)' }
    : { ConditionExpression: 'v = :v', ExpressionAttributeValues: { ':v': expectedVersion } }),
});

/** Writes one block if its version is still the expected one. Throws on errors other than a lost race or throttling. */
export const putBlock = async (table: BlockTable, block: BlockWrite): Promise<WriteOutcome> => {
  try {
    await table.client.send(new PutCommand(putOf(table, block)));
    return { lost: [], notWritten: [] };
  } catch (cause) {
    if (cause instanceof ConditionalCheckFailedException) return { lost: [block.key], notWritten: [] };
    if (isTransient(cause)) return { lost: [], notWritten: [block.key], cause };
    if (isRefused(cause)) throw new InvalidInputError(`storing a block: ${cause.message}`, { cause });
    throw cause;
  }
};

/** Splits blocks so that each part fits one transaction. */
export const transactionsOf = (blocks: readonly BlockWrite[]): BlockWrite[][] => {
  const parts: BlockWrite[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const block of blocks) {
    const part = parts.at(-1);
    bytes += block.bytes.length;
    if (part === undefined || part.length === TRANSACTION_ITEMS || bytes > TRANSACTION_BYTES) {
      parts.push([block]);
      bytes = block.bytes.length;
    } else part.push(block);
  }
  return parts;
};

/**
 * Writes all blocks or none. If the transaction is cancelled, returns the blocks that lost their race.
 * @throws DependencyUnavailableError if the transaction was throttled
 */
const tryTransaction = async (
  table: BlockTable,
  blocks: readonly BlockWrite[],
): Promise<ReadonlySet<BlockWrite> | 'written'> => {
  try {
    const TransactItems = blocks.map((block) => ({ Put: putOf(table, block) }));
    await withSdkErrors('DynamoDB TransactWriteItems', () =>
      table.client.send(new TransactWriteCommand({ TransactItems })),
    );
    return 'written';
  } catch (cause) {
    if (!(cause instanceof TransactionCanceledException)) throw cause;
    const reasons = cause.CancellationReasons ?? [];
    const throttle = reasons.find(({ Code = '' }) => THROTTLED.has(Code));
    if (throttle !== undefined)
      throw new DependencyUnavailableError(`DynamoDB TransactWriteItems: ${throttle.Code}`, { cause });
    return new Set(blocks.filter((_, index) => reasons[index]?.Code === 'ConditionalCheckFailed'));
  }
};

export const combine = (outcomes: readonly WriteOutcome[]): WriteOutcome => ({
  lost: outcomes.flatMap(({ lost }) => lost),
  notWritten: outcomes.flatMap(({ notWritten }) => notWritten),
  cause: outcomes.find(({ cause }) => cause !== undefined)?.cause,
});

/**
 * Writes blocks together (twice the write units, a hundredth of the calls). If other writers have changed some of the
 * blocks, these are lost and the others are written one by one.
 */
export const putTogether = async (
  table: BlockTable,
  blocks: readonly BlockWrite[],
  putOthers: (blocks: readonly BlockWrite[]) => Promise<WriteOutcome>,
): Promise<WriteOutcome> => {
  try {
    const losers = await tryTransaction(table, blocks);
    if (losers === 'written') return { lost: [], notWritten: [] };
    const others = await putOthers(blocks.filter((block) => !losers.has(block)));
    return combine([{ lost: [...losers].map(({ key }) => key), notWritten: [] }, others]);
  } catch (cause) {
    if (!(cause instanceof DependencyUnavailableError)) throw cause;
    return { lost: [], notWritten: blocks.map(({ key }) => key), cause };
  }
};
