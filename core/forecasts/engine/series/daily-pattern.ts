import { medianOfSorted } from '../../../shared/maths/averages.ts';
import { sortInPlace } from '../../../shared/maths/order-statistics.ts';
import { runningSums } from './series-view.ts';

/** Share of the day over which the pattern is smoothed, on each side: half an hour. */
const SMOOTHING = 1 / 48;
/** Minimum reduction of the mean deviation by the pattern. */
const WORTHWHILE = 0.15;

/** `y` minus its centred moving average over a period; NaN within half a period of the ends. */
const detrend = (y: Float64Array, period: number): Float64Array => {
  const sums = runningSums(y);
  const half = period >> 1;
  const out = new Float64Array(y.length).fill(Number.NaN);
  for (let i = half; i + half < y.length; i++) {
    // For an even period, the two ends count half (a 2 x m moving average), so that a straight line vanishes.
    const inner = sums[i + half]! - sums[i - half + 1]!;
    const window =
      period % 2 === 1 ? sums[i + half + 1]! - sums[i - half]! : inner + (y[i - half]! + y[i + half]!) / 2;
    out[i] = y[i]! - window / period;
  }
  return out;
};

const mediansBySlot = (d: Float64Array, period: number): Float64Array => {
  const column = new Float64Array(Math.ceil(d.length / period));
  return Float64Array.from({ length: period }, (_, slot) => {
    let count = 0;
    for (let i = slot; i < d.length; i += period) if (!Number.isNaN(d[i]!)) column[count++] = d[i]!;
    sortInPlace(column, count);
    return count === 0 ? 0 : medianOfSorted(column.subarray(0, count));
  });
};

const smoothed = (slots: Float64Array): Float64Array => {
  const period = slots.length;
  const reach = Math.round(SMOOTHING * period);
  const out = new Float64Array(period);
  let mean = 0;
  for (let s = 0; s < period; s++) {
    let total = 0;
    for (let k = -reach; k <= reach; k++) total += slots[(s + k + period) % period]!;
    out[s] = total / (2 * reach + 1);
    mean += out[s]! / period;
  }
  return out.map((value) => value - mean);
};

const deviation = (d: Float64Array, pattern: Float64Array | null): number => {
  let [total, count] = [0, 0];
  for (let i = 0; i < d.length; i++) {
    if (Number.isNaN(d[i]!)) continue;
    total += Math.abs(d[i]! - (pattern?.[i % pattern.length] ?? 0));
    count++;
  }
  return count === 0 ? 0 : total / count;
};

/**
 * The pattern of a day by classical decomposition (Hyndman & Athanasopoulos, FPP3, 3.4) with medians, so that a climb
 * in the last hours is not taken for a part of it. Null if the history is shorter than two days, or if the pattern
 * explains less than 15 % of the deviations.
 */
export const dailyPattern = (y: Float64Array, period: number): Float64Array | null => {
  if (period < 3 || y.length < 2 * period) return null;
  const detrended = detrend(y, period);
  const pattern = smoothed(mediansBySlot(detrended, period));
  return deviation(detrended, pattern) <= (1 - WORTHWHILE) * deviation(detrended, null) ? pattern : null;
};
