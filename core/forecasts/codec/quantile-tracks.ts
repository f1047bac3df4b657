/**
 * Packs one forecast's quantiles and mean into bytes. Values are quantised to 1/512 of the forecast's typical band (the
 * median over the horizon of highest minus lowest level), so the error is at most 1/1024 of that band for any unit.
 * Each level is stored as its distance from the next level towards the middle, which keeps levels in order and most
 * numbers within one byte.
 */

import type { ByteReader, ByteWriter } from '../../shared/byte-buffer.ts';
import { InvalidInputError } from '../../shared/errors.ts';
import { upperMedian } from '../../shared/maths/averages.ts';

const STEPS_PER_BAND = 512;
/** With more steps, the counts would take more space than the values. */
const MAX_STEPS = 2 ** 40;

/** Quantiles (levels x horizon, levels ascending) and mean of one forecast. */
export interface QuantileTracks {
  readonly quantiles: readonly Float64Array[];
  readonly mean: Float64Array;
}

/** Quantisation of one forecast. `unit` 0 with `exact` false: all values equal `low`. */
export interface TrackScale {
  readonly low: number;
  readonly high: number;
  readonly unit: number;
  /** Values are stored unchanged, because the band is empty or too narrow for its range. */
  readonly exact: boolean;
}

const extremes = (rows: readonly Float64Array[]): { low: number; high: number } => {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const row of rows) {
    for (const value of row) {
      if (!Number.isFinite(value))
        throw new InvalidInputError('a forecast contains a value that is not finite');
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return { low, high };
};

const checkOrder = (quantiles: readonly Float64Array[]): void => {
  for (let l = 1; l < quantiles.length; l++) {
    const below = quantiles[l - 1]!;
    if (quantiles[l]!.some((value, h) => value < below[h]!)) {
      throw new InvalidInputError('the quantiles of a forecast are out of order');
    }
  }
};

const typicalBand = (quantiles: readonly Float64Array[]): number => {
  const lowest = quantiles[0]!;
  return upperMedian(quantiles.at(-1)!.map((value, h) => value - lowest[h]!));
};

/**
 * Chooses the quantisation of a forecast.
 * @throws InvalidInputError if values are not finite, levels are out of order or there are no levels
 */
export const scaleOf = ({ quantiles, mean }: QuantileTracks): TrackScale => {
  if (quantiles.length === 0 || mean.length === 0) throw new InvalidInputError('a forecast has no values');
  checkOrder(quantiles);
  const { low, high } = extremes([...quantiles, mean]);
  if (low === high) return { low, high, unit: 0, exact: false };
  const unit = typicalBand(quantiles) / STEPS_PER_BAND;
  const steps = (high - low) / unit;
  return { low, high, unit, exact: !(unit > 0 && steps < MAX_STEPS) };
};

const countsOf = (row: Float64Array, { low, unit }: TrackScale): Float64Array =>
  row.map((value) => (unit === 0 ? 0 : Math.round((value - low) / unit)));

/** Maps signed to unsigned so that small magnitudes stay small: 0, -1, 1, -2 become 0, 1, 2, 3. */
const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);

const unzigzag = (value: number): number => (value % 2 === 1 ? -(value + 1) / 2 : value / 2);

const middleOf = (levels: number): number => levels >> 1;

const writeExact = (writer: ByteWriter, rows: readonly Float64Array[]): void => {
  for (const row of rows) for (const value of row) writer.f64(value);
};

/** Writes the middle level as its changes over time, and the others as distances from their neighbours. */
export const writeTracks = (
  writer: ByteWriter,
  { quantiles, mean }: QuantileTracks,
  scale: TrackScale,
): void => {
  if (scale.exact) {
    writeExact(writer, [...quantiles, mean]);
    return;
  }
  const counts = quantiles.map((row) => countsOf(row, scale));
  const middle = middleOf(counts.length);
  const centre = counts[middle]!;
  centre.forEach((count, h) => {
    writer.varint(zigzag(count - (h === 0 ? 0 : centre[h - 1]!)));
  });
  counts.forEach((row, l) => {
    if (l === middle) return;
    const inner = counts[l < middle ? l + 1 : l - 1]!;
    row.forEach((count, h) => {
      writer.varint(Math.abs(count - inner[h]!));
    });
  });
  countsOf(mean, scale).forEach((count, h) => {
    writer.varint(zigzag(count - centre[h]!));
  });
};

const readExact = (reader: ByteReader, levels: number, horizon: number): QuantileTracks => {
  const row = (): Float64Array => Float64Array.from({ length: horizon }, () => reader.f64());
  return { quantiles: Array.from({ length: levels }, row), mean: row() };
};

const readRow = (reader: ByteReader, horizon: number, valueAt: (read: number, h: number) => number) => {
  const row = new Float64Array(horizon);
  for (let h = 0; h < horizon; h++) row[h] = valueAt(reader.varint(), h);
  return row;
};

const readCounts = (reader: ByteReader, levels: number, horizon: number): Float64Array[] => {
  const middle = middleOf(levels);
  const counts: Float64Array[] = [];
  let before = 0;
  counts[middle] = readRow(reader, horizon, (read) => {
    before += unzigzag(read);
    return before;
  });
  // From the lowest level up, each as its distance from the neighbour that is nearer to the middle.
  const distances = Array.from({ length: levels }, (_, l) =>
    l === middle ? undefined : readRow(reader, horizon, (read) => read),
  );
  for (let l = middle - 1; l >= 0; l--)
    counts[l] = counts[l + 1]!.map((count, h) => count - distances[l]![h]!);
  for (let l = middle + 1; l < levels; l++)
    counts[l] = counts[l - 1]!.map((count, h) => count + distances[l]![h]!);
  return counts;
};

/** Reads the output of `writeTracks`, of the given shape. Values stay within the range of the written ones. */
export const readTracks = (
  reader: ByteReader,
  levels: number,
  horizon: number,
  scale: TrackScale,
): QuantileTracks => {
  if (scale.exact) return readExact(reader, levels, horizon);
  const counts = readCounts(reader, levels, horizon);
  const centre = counts[middleOf(levels)]!;
  const mean = readRow(reader, horizon, (read, h) => centre[h]! + unzigzag(read));
  const valuesOf = (row: Float64Array): Float64Array =>
    row.map((count) => Math.min(scale.high, Math.max(scale.low, scale.low + count * scale.unit)));
  return { quantiles: counts.map(valuesOf), mean: valuesOf(mean) };
};
