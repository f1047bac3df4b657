import * as z from 'zod';
import type { BlockChanges, ChangedBlock, UnreadableRecord } from '../../core/metrics/ports.ts';
import { InvalidInputError } from '../../core/shared/errors.ts';
import { BLOCKS, hourOfBlock, ownerOf } from './item-keys.ts';

const StreamEvent = z.object({ Records: z.array(z.unknown()) });

/** Read first, so that the record can be named if the rest of it is unreadable. */
const NamedRecord = z.object({ dynamodb: z.object({ SequenceNumber: z.string().min(1) }) });

const KeyedRecord = z.object({
  eventName: z.string(),
  dynamodb: z.object({
    Keys: z.object({ pk: z.object({ S: z.string() }), sk: z.object({ S: z.string() }) }),
  }),
});

/** Records of removed items have no new image. */
const BlockRecord = z.object({
  dynamodb: z.object({
    NewImage: z.object({
      data: z.object({ B: z.base64() }),
      v: z.object({ N: z.string().regex(/^\d+$/) }),
      trace: z.object({ S: z.string() }).optional().catch(undefined),
    }),
  }),
});

/** @throws InvalidInputError if it does not match the schema */
const read = <T>(schema: z.ZodType<T>, record: unknown): T => {
  const parsed = schema.safeParse(record);
  if (!parsed.success) throw new InvalidInputError(z.prettifyError(parsed.error), { cause: parsed.error });
  return parsed.data;
};

/** The block of a record; undefined for other items, and for blocks that expired or were deleted. */
const changedBlock = (recordId: string, record: unknown): ChangedBlock | undefined => {
  const { eventName, dynamodb } = read(KeyedRecord, record);
  const { pk, sk } = dynamodb.Keys;
  if (eventName === 'REMOVE' || !sk.S.startsWith(BLOCKS)) return undefined;
  const owner = ownerOf(pk.S);
  const hour = hourOfBlock(sk.S);
  if (owner === undefined || Number.isNaN(hour))
    throw new InvalidInputError('the keys name no target and hour', { field: 'Keys' });
  const { data, v, trace } = read(BlockRecord, record).dynamodb.NewImage;
  const block = { key: { ...owner, hour }, bytes: Buffer.from(data.B, 'base64'), version: Number(v.N) };
  return trace === undefined ? { recordId, block } : { recordId, block, trace: trace.S };
};

const idOf = (record: unknown): string => NamedRecord.safeParse(record).data?.dynamodb.SequenceNumber ?? '';

const summaryOf = (record: unknown): string => {
  const keyed = KeyedRecord.safeParse(record);
  return JSON.stringify({ sequenceNumber: idOf(record), ...(keyed.success ? keyed.data : {}) });
};

/**
 * Reads the blocks from a batch of stream records. Ignores other items and expired blocks. An unreadable record does not
 * affect the others.
 * @throws InvalidInputError if the event is not a batch of records
 */
export const readBlockChanges = (event: unknown): BlockChanges => {
  const { Records } = read(StreamEvent, event);
  const changed: ChangedBlock[] = [];
  const unreadable: UnreadableRecord[] = [];
  for (const record of Records) {
    const recordId = idOf(record);
    try {
      if (recordId === '') throw new InvalidInputError('the record has no sequence number');
      const block = changedBlock(recordId, record);
      if (block !== undefined) changed.push(block);
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      unreadable.push({ recordId, summary: summaryOf(record), reason: error.message });
    }
  }
  return { changed, unreadable };
};
