import { normalProbability } from '../../shared/maths/normal-probability.ts';
import { normalQuantile } from '../../shared/maths/normal-quantile.ts';
import type { HarmPath } from './harm-scale.ts';

/** The step that covers a time; undefined outside of the forecast. */
export const stepAt = ({ start, stepSeconds, quantiles }: HarmPath, at: number): number | undefined => {
  const step = Math.round((at - start) / stepSeconds);
  return step >= 0 && step < quantiles[0]!.length ? step : undefined;
};

/** Value at a level of one step, between the levels by a straight line, outside of them the outermost one. */
const valueAt = ({ levels, quantiles }: HarmPath, step: number, level: number): number => {
  const above = levels.findIndex((each) => each >= level);
  if (above < 0) return quantiles.at(-1)![step]!;
  const [high, low] = [quantiles[above]![step]!, quantiles[Math.max(0, above - 1)]![step]!];
  const [from, to] = [levels[Math.max(0, above - 1)]!, levels[above]!];
  return to === from ? high : low + ((high - low) * (level - from)) / (to - from);
};

export const medianAt = (path: HarmPath, step: number): number => valueAt(path, step, 0.5);

/** Distance of the 80 % band in standard deviations of a normal distribution. */
const BAND = normalQuantile(0.9) - normalQuantile(0.1);

/** Width of the 80 % band as a standard deviation. */
export const spreadAt = (path: HarmPath, step: number): number =>
  (valueAt(path, step, 0.9) - valueAt(path, step, 0.1)) / BAND;

const LEAST_SPREAD = 1e-9;

/** Probability beyond a value in the tail that holds `share`, `deviations` further out, as in a normal distribution. */
const tailOf = (share: number, deviations: number): number => {
  const start = normalQuantile(share);
  return (share * normalProbability(start - deviations)) / normalProbability(start);
};

/**
 * Probability that the value of a step is beyond the limit: between the quantiles by a straight line, outside of them by
 * the tail of a normal distribution with the spread of the 80 % band.
 */
const beyondAt = (path: HarmPath, step: number, limit: number): number => {
  const { levels, quantiles } = path;
  const spread = Math.max(LEAST_SPREAD, spreadAt(path, step));
  const above = quantiles.findIndex((row) => row[step]! >= limit);
  if (above < 0) return tailOf(1 - levels.at(-1)!, (limit - quantiles.at(-1)![step]!) / spread);
  if (above === 0) return 1 - tailOf(levels[0]!, (quantiles[0]![step]! - limit) / spread);
  const [low, high] = [quantiles[above - 1]![step]!, quantiles[above]![step]!];
  const [from, to] = [levels[above - 1]!, levels[above]!];
  return 1 - (from + ((to - from) * (limit - low)) / (high - low));
};

/** Probability of the likeliest step from `from` on, if the whole path is shifted; 0 without a step. */
export const likeliestBeyond = (path: HarmPath, from: number, limit: number, shift: number): number => {
  let likeliest = 0;
  for (let step = from; step < path.quantiles[0]!.length; step++)
    likeliest = Math.max(likeliest, beyondAt(path, step, limit - shift));
  return likeliest;
};
