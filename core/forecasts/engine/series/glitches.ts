import { median } from '../../../shared/maths/averages.ts';
import { selectQuantile } from '../../../shared/maths/order-statistics.ts';

/** A single value this many usual ranges (p5 to p95) away from its neighbours is a glitch of the measurement. */
const ABSURD = 20;
/** Neighbours on each side: a single absurd value, or two in a row, is a minority of them. */
const REACH = 3;
const SAMPLE = 300;

/** Range from p5 to p95 of a few hundred points, spread evenly. */
const usualRange = (y: Float64Array): number => {
  const stride = Math.ceil(y.length / SAMPLE);
  const sample = Float64Array.from({ length: Math.ceil(y.length / stride) }, (_, i) => y[i * stride]!);
  return selectQuantile(sample, 0.95) - selectQuantile(sample, 0.05);
};

/** Median of up to three points from `from` on. */
const medianFrom = (y: Float64Array, from: number): number =>
  median(y.subarray(Math.max(0, from), from + REACH));

/**
 * Replaces absurd single values, except at the ends, by the median of the values before them (after Hampel 1974), so that
 * running sums keep their precision. Returns the same array if there are none.
 */
export const withoutGlitches = (y: Float64Array): Float64Array => {
  const limit = ABSURD * usualRange(y);
  let [low, high] = [y[0]!, y[0]!];
  for (const value of y) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (!(limit > 0 && high - low > limit)) return y;
  const plain = new Float64Array(y);
  for (let i = 1; i < y.length - 1; i++) {
    const value = y[i]!;
    // The median of the neighbours lies between them: a value near the nearest two on a side is no glitch.
    if (Math.abs(value - y[i - 1]!) <= limit && !(Math.abs(value - y[i - 2]!) > limit)) continue;
    const [before, after] = [medianFrom(y, i - REACH), medianFrom(y, i + 1)];
    const isPeak = Math.min(value - before, value - after) > limit;
    const isDip = Math.max(value - before, value - after) < -limit;
    if (isPeak || isDip) plain[i] = before;
  }
  return plain;
};
