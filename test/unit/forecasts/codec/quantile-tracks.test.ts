import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type QuantileTracks,
  readTracks,
  scaleOf,
  writeTracks,
} from '../../../../core/forecasts/codec/quantile-tracks.ts';
import { ByteReader, ByteWriter } from '../../../../core/shared/byte-buffer.ts';
import { InvalidInputError } from '../../../../core/shared/errors.ts';
import { tracks } from './forecast-samples.ts';

const roundTrip = (original: QuantileTracks): QuantileTracks => {
  const scale = scaleOf(original);
  const writer = new ByteWriter();
  writeTracks(writer, original, scale);
  const reader = new ByteReader(writer.finish());
  const read = readTracks(reader, original.quantiles.length, original.mean.length, scale);
  expect(reader.atEnd).toBe(true);
  return read;
};

const medianBand = ({ quantiles }: QuantileTracks): number => {
  const bands = quantiles
    .at(-1)!
    .map((value, h) => value - quantiles[0]![h]!)
    .sort();
  return bands[bands.length >> 1]!;
};

describe('packed quantiles', () => {
  it('are restored in order, finite and within 1/1024 of the typical band', () => {
    fc.assert(
      fc.property(tracks, (original) => {
        const read = roundTrip(original);
        const rows = [...original.quantiles, original.mean];
        const largest = Math.max(...rows.flatMap((row) => [...row].map(Math.abs)));
        const allowed = (medianBand(original) / 1024) * (1 + 1e-6) + largest * 1e-15;
        [...read.quantiles, read.mean].forEach((row, r) => {
          row.forEach((value, h) => {
            expect(Math.abs(value - rows[r]![h]!)).toBeLessThanOrEqual(allowed);
          });
        });
        read.quantiles.slice(1).forEach((row, l) => {
          expect(row.every((value, h) => value >= read.quantiles[l]![h]!)).toBe(true);
        });
      }),
    );
  });

  it('never exceed the range of the stored values, so that percentages stay valid', () => {
    fc.assert(
      fc.property(tracks, (original) => {
        const { low, high } = scaleOf(original);
        const read = roundTrip(original);
        for (const row of [...read.quantiles, read.mean]) {
          expect(row.every((value) => value >= low && value <= high)).toBe(true);
        }
      }),
    );
  });

  it('are exact if all values are equal or every band is empty', () => {
    const flat = {
      quantiles: [Float64Array.of(7.3, 7.3), Float64Array.of(7.3, 7.3)],
      mean: Float64Array.of(7.3, 7.3),
    };
    expect(roundTrip(flat)).toEqual(flat);
    const certain = {
      quantiles: [Float64Array.of(1 / 3, 2e9), Float64Array.of(1 / 3, 2e9)],
      mean: Float64Array.of(5, 6),
    };
    expect(scaleOf(certain).exact).toBe(true);
    expect(roundTrip(certain)).toEqual(certain);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('reject %s', (bad) => {
    expect(() => scaleOf({ quantiles: [Float64Array.of(bad)], mean: Float64Array.of(1) })).toThrow(
      InvalidInputError,
    );
  });

  it('reject levels out of order and forecasts without values', () => {
    const crossed = { quantiles: [Float64Array.of(2), Float64Array.of(1)], mean: Float64Array.of(1) };
    expect(() => scaleOf(crossed)).toThrow(/out of order/);
    expect(() => scaleOf({ quantiles: [], mean: Float64Array.of(1) })).toThrow(InvalidInputError);
  });
});
