import type { Forecast } from '../forecasting/forecast.ts';
import type { ResolvedThreshold } from './threshold.ts';

/** Scale of the exponential tail beyond the outermost level, matched to the two outermost thirds of the quantiles. */
const tailScale = (inner: number, outer: number, innerTail: number, outerTail: number): number =>
  (outer - inner) / Math.log(innerTail / outerTail);

/**
 * P(Y <= limit) at one step from its quantiles: linear between the levels, exponential tails beyond them (so that a
 * limit past the last published level still has a small, falling probability).
 */
export const cumulativeAt = (levels: readonly number[], values: ArrayLike<number>, limit: number): number => {
  const last = levels.length - 1;
  if (last < 1) return limit >= values[0]! ? 1 - levels[0]! / 2 : levels[0]! / 2;
  if (limit >= values[last]!) {
    const inner = Math.max(0, last - 2);
    const tail = 1 - levels[last]!;
    const scale = tailScale(values[inner]!, values[last]!, 1 - levels[inner]!, tail);
    return 1 - (scale > 0 ? tail * Math.exp(-(limit - values[last]!) / scale) : 0);
  }
  if (limit <= values[0]!) {
    const inner = Math.min(2, last);
    const scale = tailScale(values[0]!, values[inner]!, levels[inner]!, levels[0]!);
    if (scale > 0) return levels[0]! * Math.exp((limit - values[0]!) / scale);
    return limit < values[0]! ? 0 : levels[0]!;
  }
  let upper = 1;
  while (values[upper]! < limit) upper++;
  const width = values[upper]! - values[upper - 1]!;
  const share = width > 0 ? (limit - values[upper - 1]!) / width : 1;
  return levels[upper - 1]! + share * (levels[upper]! - levels[upper - 1]!);
};

/** Probability of being beyond the threshold at each step, from the forecast's marginal distributions. */
export const exceedanceByStep = (forecast: Forecast, threshold: ResolvedThreshold): Float64Array => {
  const values = new Float64Array(forecast.quantileLevels.length);
  return Float64Array.from({ length: forecast.horizon }, (_, h) => {
    forecast.quantiles.forEach((row, l) => {
      values[l] = row[h]!;
    });
    const below = cumulativeAt(forecast.quantileLevels, values, threshold.limit);
    const beyond = threshold.direction === 'above' ? 1 - below : below;
    return Math.min(1, Math.max(0, beyond));
  });
};
