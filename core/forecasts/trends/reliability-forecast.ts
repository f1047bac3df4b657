import { DAY_SECONDS } from '../../shared/time.ts';

/** One failure of a service: epoch seconds of its start, and its duration. */
export interface Failure {
  readonly at: number;
  readonly downSeconds: number;
}

/** Probability of failures and downtime of a service within a horizon. */
export interface ReliabilityForecast {
  /** P(at least one failure within the horizon). */
  readonly failureProbability: number;
  readonly expectedFailures: number;
  readonly expectedDownSeconds: number;
  /** Expected downtime as a share of the horizon, in [0, 1]. */
  readonly downtimeProbability: number;
}

/** Failures assumed before any was observed: a service without failures can still fail. */
const PRIOR_FAILURES = 0.5;
const PRIOR_DOWN_SECONDS = 900;

export interface ObservedSpan {
  readonly from: number;
  readonly to: number;
}

/**
 * Forecasts failures and downtime from past failures; recent ones have more weight (half-life in seconds). Gamma-Poisson
 * model: the rate has a gamma posterior, so the future count is negative binomial (Gelman et al., BDA3, 2.6).
 */
export const forecastReliability = (
  failures: readonly Failure[],
  observed: ObservedSpan,
  horizonSeconds: number,
  halfLifeSeconds = 30 * DAY_SECONDS,
): ReliabilityForecast => {
  const weightAt = (at: number) => 0.5 ** ((observed.to - at) / halfLifeSeconds);
  const inside = failures.filter(({ at }) => at >= observed.from && at < observed.to);
  const weights = inside.map(({ at }) => weightAt(at));
  const count = weights.reduce((sum, weight) => sum + weight, PRIOR_FAILURES);
  // Observed time, discounted like the failures: the integral of the weight over the span.
  const exposure = (halfLifeSeconds / Math.LN2) * (1 - weightAt(observed.from));
  const down = inside.reduce((sum, failure, i) => sum + weights[i]! * failure.downSeconds, 0);
  const meanDown = (down + PRIOR_FAILURES * PRIOR_DOWN_SECONDS) / count;
  const expectedFailures = (count / Math.max(1, exposure)) * horizonSeconds;
  const failureProbability = 1 - (exposure / (exposure + horizonSeconds)) ** count;
  const expectedDownSeconds = Math.min(horizonSeconds, expectedFailures * meanDown);
  return {
    failureProbability,
    expectedFailures,
    expectedDownSeconds,
    downtimeProbability: expectedDownSeconds / horizonSeconds,
  };
};
