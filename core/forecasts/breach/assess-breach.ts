import type { RegularSeries } from '../../metrics/series/metric-series.ts';
import { sum } from '../../shared/maths/averages.ts';
import { HOUR_SECONDS } from '../../shared/time.ts';
import type { BreachRisk, Severity } from '../breach-risk.ts';
import type { Forecast } from '../engine/forecast.ts';
import type { ResolvedThreshold } from '../resolved-threshold.ts';
import { calibrate } from './calibration.ts';
import { exceedanceByStep } from './exceedance.ts';
import { type ExceedanceHistory, exceedanceHistory } from './exceedance-history.ts';

const CRITICAL_WITHIN_SECONDS = HOUR_SECONDS;
const LIKELY = 0.5;
/** Excursions assumed in addition to the observed ones, so that an unprecedented breach is not impossible. */
const PRIOR_EXCURSIONS = 0.5;

export interface BreachOptions {
  /** Minimum number of consecutive steps beyond the threshold that count as a breach. Default 1. */
  readonly persistenceSteps?: number;
}

/** Probability of an excursion within `horizon` steps at the rate of the past (Poisson clumping, Aldous 1989). */
export const impliedByHistory = (past: ExceedanceHistory, horizon: number): number =>
  1 - Math.exp((-(past.excursions + PRIOR_EXCURSIONS) * horizon) / Math.max(1, past.observedSteps));

/** Largest probability that `steps` consecutive steps are beyond, bounded by the least likely of them. */
const likeliestSustained = (beyond: Float64Array, steps: number): number => {
  let most = 0;
  for (let h = 0; h + steps <= beyond.length; h++) {
    let least = 1;
    for (let k = h; k < h + steps; k++) least = Math.min(least, beyond[k]!);
    most = Math.max(most, least);
  }
  return most;
};

const severityOf = (probability: number, timeToImpact: number | null): Severity => {
  if (probability < LIKELY || timeToImpact === null) return 'info';
  return timeToImpact <= CRITICAL_WITHIN_SECONDS ? 'critical' : 'warning';
};

/** Step (from 1) by which `share` of the first crossings have happened, with a hazard proportional to `beyond`. */
const firstCrossingStep = (beyond: Float64Array, probability: number, share: number): number => {
  const total = sum(beyond);
  const hazard = -Math.log(1 - Math.min(0.9999, probability));
  let passed = 0;
  const step = beyond.findIndex((p) => {
    passed += p / total;
    return 1 - Math.exp(-hazard * passed) >= share * (1 - Math.exp(-hazard)) - 1e-12;
  });
  return step < 0 ? beyond.length : step + 1;
};

/**
 * Assesses the probability, time and duration of a crossing of the threshold. Steps are not independent, so their
 * probabilities are never multiplied: a calibration fitted on backtests combines the most likely step with the past
 * rate of excursions. `history` (the series that was forecast) provides this rate and the shape of the tail.
 */
export const assessBreach = (
  forecast: Forecast,
  threshold: ResolvedThreshold,
  history?: RegularSeries,
  options: BreachOptions = {},
): BreachRisk => {
  const persistenceSteps = Math.max(1, options.persistenceSteps ?? 1);
  const past = history === undefined ? null : exceedanceHistory(history, threshold, persistenceSteps);
  const beyond = exceedanceByStep(forecast, threshold, past);
  const byHistory = past === null ? null : impliedByHistory(past, forecast.horizon);
  const expected = sum(beyond);
  const probability = expected > 0 ? calibrate(likeliestSustained(beyond, persistenceSteps), byHistory) : 0;
  const at = (share: number) => firstCrossingStep(beyond, probability, share) * forecast.stepSeconds;
  const timeToImpactSeconds = expected > 0 ? { p10: at(0.1), p50: at(0.5), p90: at(0.9) } : null;
  return {
    probability,
    timeToImpactSeconds,
    expectedShareBeyond: expected / Math.max(1, beyond.length),
    severity: severityOf(probability, timeToImpactSeconds?.p50 ?? null),
  };
};
