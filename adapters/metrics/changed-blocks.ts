import * as z from 'zod';
import type { BlockChanges, ChangedBlock } from '../../core/metrics/ports.ts';
import { InvalidInputError } from '../../core/shared/errors.ts';
import { BLOCKS, hourOfBlock, ownerOf } from './item-keys.ts';

/** The fields we read from a stream record; records of removed items have no new image. */
const StreamEvent = z.object({
  Records: z.array(
    z.object({
      eventName: z.string(),
      dynamodb: z.object({
        SequenceNumber: z.string().min(1),
        Keys: z.object({ pk: z.object({ S: z.string() }), sk: z.object({ S: z.string() }) }),
        NewImage: z.unknown(),
      }),
    }),
  ),
});
type StreamRecord = z.infer<typeof StreamEvent>['Records'][number];

const BlockImage = z.object({
  data: z.object({ B: z.base64() }),
  v: z.object({ N: z.string().regex(/^\d+$/) }),
});

/** False for items that are not blocks, and for blocks that expired or were deleted. */
const isBlock = ({ eventName, dynamodb }: StreamRecord): boolean =>
  eventName !== 'REMOVE' && dynamodb.Keys.sk.S.startsWith(BLOCKS);

/** The block that a record brings; undefined if it can never be read. */
const changedBlock = ({ dynamodb }: StreamRecord): ChangedBlock | undefined => {
  const owner = ownerOf(dynamodb.Keys.pk.S);
  const hour = hourOfBlock(dynamodb.Keys.sk.S);
  const image = BlockImage.safeParse(dynamodb.NewImage);
  if (owner === undefined || Number.isNaN(hour) || !image.success) return undefined;
  const { data, v } = image.data;
  const block = { key: { ...owner, hour }, bytes: Buffer.from(data.B, 'base64'), version: Number(v.N) };
  return { recordId: dynamodb.SequenceNumber, block };
};

/**
 * Blocks in a batch of the table's stream, as Lambda passes it on. Other items, and blocks that expired, are ignored.
 * @throws InvalidInputError if the event is no batch of stream records
 */
export const readBlockChanges = (event: unknown): BlockChanges => {
  const parsed = StreamEvent.safeParse(event);
  if (!parsed.success)
    throw new InvalidInputError(`expected stream records: ${z.prettifyError(parsed.error)}`);
  const records = parsed.data.Records.filter(isBlock);
  const changed = records.map(changedBlock).filter((block) => block !== undefined);
  return { changed, unreadable: records.length - changed.length };
};
