/** Series of a snapshot as bytes. The first byte is the version of the format. */
import * as z from 'zod';
import { ByteReader, ByteWriter } from '../../shared/byte-buffer.ts';
import { InvalidInputError } from '../../shared/errors.ts';
import type { LearnedSeries } from '../learned-series.ts';

const VERSION = 1;

const Direction = z.enum(['above', 'below']);
const About = z.strictObject({
  seriesId: z.string(),
  segment: z.string(),
  start: z.number(),
  stepSeconds: z.number().positive(),
  threshold: z
    .union([
      z.strictObject({ kind: z.literal('fixed'), direction: Direction, limit: z.number() }),
      z.strictObject({ kind: z.literal('historical'), direction: Direction, quantile: z.number() }),
    ])
    .nullable(),
});

export const encodeSeries = (all: readonly LearnedSeries[]): Uint8Array => {
  const writer = new ByteWriter();
  writer.u8(VERSION);
  writer.varint(all.length);
  for (const { seriesId, segment, threshold, series } of all) {
    const { start, stepSeconds, values } = series;
    writer.text(JSON.stringify({ seriesId, segment, start, stepSeconds, threshold }));
    writer.floats(values);
  }
  return writer.finish();
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InvalidInputError('a series of a snapshot is not described by JSON', { cause });
  }
};

const readOne = (reader: ByteReader): LearnedSeries => {
  const about = About.safeParse(parse(reader.text()));
  if (!about.success)
    throw new InvalidInputError('a series of a snapshot lacks its description', { cause: about.error });
  const { start, stepSeconds, ...rest } = about.data;
  return { ...rest, series: { start, stepSeconds, values: reader.floats() } };
};

/** @throws InvalidInputError for bytes that `encodeSeries` did not write */
export const decodeSeries = (bytes: Uint8Array): LearnedSeries[] => {
  const reader = new ByteReader(bytes);
  const version = reader.u8();
  if (version !== VERSION)
    throw new InvalidInputError(`expected series of format ${VERSION}, found ${version}`);
  const all = reader.items(() => readOne(reader));
  if (!reader.atEnd) throw new InvalidInputError('the series of a snapshot are followed by other bytes');
  return all;
};
