import { normalProbability } from '../../shared/maths/normal-probability.ts';
import { normalQuantile } from '../../shared/maths/normal-quantile.ts';
import type { Continuation } from '../engine/continuation/continuation.ts';
import type { ResolvedThreshold } from '../resolved-threshold.ts';

/** Paths into which the fan of a continuation is divided, equally likely. */
const PATHS = Array.from({ length: 19 }, (_, i) => normalQuantile((i + 1) / 20));

/** Standard deviation of the distances from the path. */
const spreadOf = (residuals: Float64Array): number => {
  let squares = 0;
  for (const residual of residuals) squares += residual * residual;
  return Math.sqrt(squares / residuals.length);
};

/**
 * Independent chances of the noise to cross while a path is within one spread of its peak: the steps it stays there,
 * discounted by the autocorrelation of the noise.
 */
const chances = (slope: number, spread: number, persistence: number, steps: number): number => {
  const near = Math.min(steps, Math.max(1, spread / Math.max(Math.abs(slope), spread / steps)));
  return 1 + (near - 1) * (1 - persistence);
};

const meanSlope = (path: Float64Array): number =>
  path.length > 1 ? (path.at(-1)! - path[0]!) / (path.length - 1) : 0;

/** Crossing of a threshold by a ramp that continues. */
export interface ContinuedCrossing {
  /** P(crossed by step h) for each h. */
  readonly byStep: Float64Array;
  /** Largest probability of being beyond at one step. */
  readonly likeliestStep: number;
}

/**
 * Crossing of a threshold if a ramp continues: the first passage of its paths, which differ by their slope, plus noise
 * around each. The largest of n independent normal values exceeds x with probability 1 - Phi(x)^n.
 */
export const continuedCrossing = (
  { centre, fan, residuals, persistence }: Continuation,
  { direction, limit }: ResolvedThreshold,
): ContinuedCrossing => {
  const sign = direction === 'above' ? 1 : -1;
  const spread = Math.max(spreadOf(residuals), Number.MIN_VALUE);
  const byStep = new Float64Array(centre.length);
  const beyond = new Float64Array(centre.length);
  for (const z of PATHS) {
    const slope = sign * meanSlope(centre) + z * meanSlope(fan);
    let peak = Number.NEGATIVE_INFINITY;
    for (let h = 0; h < byStep.length; h++) {
      const path = sign * centre[h]! + z * fan[h]!;
      peak = Math.max(peak, path);
      beyond[h] = beyond[h]! + normalProbability((path - sign * limit) / spread) / PATHS.length;
      const below = normalProbability((sign * limit - peak) / spread);
      const missed = below ** chances(slope, spread, persistence, h + 1);
      byStep[h] = byStep[h]! + (1 - missed) / PATHS.length;
    }
  }
  return { byStep, likeliestStep: beyond.reduce((most, p) => Math.max(most, p), 0) };
};
