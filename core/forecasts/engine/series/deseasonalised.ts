import { selectQuantile } from '../../../shared/maths/order-statistics.ts';
import { dailyPattern } from './daily-pattern.ts';
import { withoutGlitches } from './glitches.ts';
import { LineFits } from './line-fits.ts';

/** Minimum noise, as a share of the p5-p95 range: keeps staircases and idle series from infinite ratios. */
const MIN_NOISE = 0.003;

/** A series without glitches and without its pattern of the day: its ramps and level shifts remain. */
export interface Deseasonalised {
  readonly fits: LineFits;
  /** The pattern of the day that was removed, or null. */
  readonly pattern: Float64Array | null;
  /** Noise below which no move counts: half the median step, at least 0.3 % of the usual range. */
  readonly floor: number;
}

/** Points from which the usual step and range are taken, spread evenly. */
const MAX_SAMPLE = 1000;

const noiseFloor = (y: Float64Array): number => {
  const stride = Math.max(1, Math.ceil((y.length - 1) / MAX_SAMPLE));
  const count = Math.max(0, Math.ceil((y.length - 1) / stride));
  const values = Float64Array.from({ length: count }, (_, i) => y[i * stride]!);
  const moves = values.map((value, i) => Math.abs(y[i * stride + 1]! - value));
  const range = selectQuantile(values, 0.95) - selectQuantile(values, 0.05);
  return Math.max(selectQuantile(moves, 0.5) / 2, MIN_NOISE * range);
};

const without = (y: Float64Array, pattern: Float64Array): Float64Array => {
  const rest = new Float64Array(y.length);
  for (let i = 0; i < y.length; i++) rest[i] = y[i]! - pattern[i % pattern.length]!;
  return rest;
};

/** Removes glitches and the pattern of a day (`period` steps) from filled values. */
export const deseasonalise = (values: Float64Array, period: number): Deseasonalised => {
  const plain = withoutGlitches(values);
  const pattern = dailyPattern(plain, period);
  const y = pattern === null ? plain : without(plain, pattern);
  return { fits: new LineFits(y), pattern, floor: noiseFloor(y) };
};
