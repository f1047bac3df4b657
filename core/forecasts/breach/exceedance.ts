import type { Forecast } from '../engine/forecast.ts';
import type { ResolvedThreshold } from '../resolved-threshold.ts';
import { type ExceedanceHistory, shareAbove } from './exceedance-history.ts';

/** Scale of an exponential tail through the quantiles at two tail probabilities. */
const tailScale = (inner: number, outer: number, innerTail: number, outerTail: number): number =>
  (outer - inner) / Math.log(innerTail / outerTail);

/** P(Y > limit) beyond the last level: with the tail of the history if known, else with an exponential one. */
const tailProbability = (
  tails: readonly number[],
  values: Float64Array,
  limit: number,
  history: ExceedanceHistory | null,
): number => {
  const last = tails.length - 1;
  // The history has no tail above its largest value.
  if (history !== null && values[last]! < (history.sorted.at(-1) ?? Number.NEGATIVE_INFINITY)) {
    return tails[last]! * Math.min(1, shareAbove(history, limit) / shareAbove(history, values[last]!));
  }
  const inner = Math.max(0, last - 2);
  const scale = inner < last ? tailScale(values[inner]!, values[last]!, tails[inner]!, tails[last]!) : 0;
  return scale > 0 ? tails[last]! * Math.exp(-(limit - values[last]!) / scale) : 0;
};

/** P(Y > limit) below the first level: an exponential lower tail. */
const headProbability = (tails: readonly number[], values: Float64Array, limit: number): number => {
  const inner = Math.min(2, tails.length - 1);
  const head = 1 - tails[0]!;
  const scale = inner > 0 ? tailScale(values[0]!, values[inner]!, 1 - tails[inner]!, head) : 0;
  if (scale > 0) return 1 - head * Math.exp((limit - values[0]!) / scale);
  return limit < values[0]! ? 1 : tails[0]!;
};

/**
 * P(Y > limit) from ascending `values` with falling tail probabilities `tails`: linear between the levels, a tail
 * beyond them.
 */
const probabilityAbove = (
  tails: readonly number[],
  values: Float64Array,
  limit: number,
  history: ExceedanceHistory | null,
): number => {
  const last = tails.length - 1;
  if (limit >= values[last]!) return tailProbability(tails, values, limit, history);
  if (limit < values[0]!) return headProbability(tails, values, limit);
  let upper = 1;
  while (values[upper]! <= limit) upper++;
  const width = values[upper]! - values[upper - 1]!;
  const share = (limit - values[upper - 1]!) / width;
  return tails[upper - 1]! + share * (tails[upper]! - tails[upper - 1]!);
};

/** Probability of being beyond the threshold at each step, from the forecast's marginal distributions. */
export const exceedanceByStep = (
  forecast: Forecast,
  threshold: ResolvedThreshold,
  history: ExceedanceHistory | null,
): Float64Array => {
  const { quantileLevels, quantiles, horizon } = forecast;
  const above = threshold.direction === 'above';
  const order = Array.from(quantileLevels.keys()).sort((a, b) => quantileLevels[a]! - quantileLevels[b]!);
  if (!above) order.reverse();
  const tails = order.map((l) => (above ? 1 - quantileLevels[l]! : quantileLevels[l]!));
  const sign = above ? 1 : -1;
  const values = new Float64Array(order.length);
  return Float64Array.from({ length: horizon }, (_, h) => {
    for (let i = 0; i < order.length; i++) values[i] = sign * quantiles[order[i]!]![h]!;
    const beyond = probabilityAbove(tails, values, sign * threshold.limit, history);
    return Math.min(1, Math.max(0, beyond));
  });
};
