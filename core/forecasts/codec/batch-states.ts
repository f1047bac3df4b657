/**
 * The states of a batch's series in one object: by target and metric, each encoded by the engine. If the batches are
 * split differently later, a batch still finds most of its targets; the others are re-learned.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import * as z from 'zod';
import { InvalidInputError } from '../../shared/errors.ts';

/** Encoded states by target, then by metric. */
export type SeriesStates = ReadonlyMap<string, ReadonlyMap<string, string>>;

export interface BatchStates {
  /** Epoch milliseconds of the run that stored them. */
  readonly issuedAt: number;
  readonly states: SeriesStates;
}

/** First byte; incremented with each change of the layout. */
const FORMAT = 1;
/** Larger than the states of any batch; protects against decompression bombs. */
const MAX_BYTES = 256_000_000;

const Content = z.object({
  issuedAt: z.number(),
  targets: z.record(z.string(), z.record(z.string(), z.string())),
});

/** States as compressed bytes, about 1.3 KB a series. */
export const encodeBatchStates = ({ issuedAt, states }: BatchStates): Uint8Array => {
  const targets = Object.fromEntries([...states].map(([id, metrics]) => [id, Object.fromEntries(metrics)]));
  return Buffer.concat([
    Uint8Array.of(FORMAT),
    deflateRawSync(JSON.stringify({ issuedAt, targets }), { level: 4 }),
  ]);
};

const parse = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(inflateRawSync(bytes.subarray(1), { maxOutputLength: MAX_BYTES }).toString());
  } catch (cause) {
    throw new InvalidInputError('stored states cannot be read', { cause });
  }
};

/** @throws InvalidInputError if the bytes are damaged or have another format */
export const decodeBatchStates = (bytes: Uint8Array): BatchStates => {
  const [format] = bytes;
  if (format !== FORMAT) throw new InvalidInputError(`expected states of format ${FORMAT}, found ${format}`);
  const content = Content.safeParse(parse(bytes));
  if (!content.success) throw new InvalidInputError('stored states cannot be read', { cause: content.error });
  const { issuedAt, targets } = content.data;
  const states = Object.entries(targets).map(
    ([id, metrics]) => [id, new Map(Object.entries(metrics))] as const,
  );
  return { issuedAt, states: new Map(states) };
};
