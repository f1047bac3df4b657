import type { RegularSeries } from '../../metrics/series/metric-series.ts';
import { sum } from '../../shared/maths/averages.ts';
import { HOUR_SECONDS } from '../../shared/time.ts';
import type { BreachRisk, Severity } from '../breach-risk.ts';
import type { Forecast } from '../engine/forecast.ts';
import { isBeyond, type ResolvedThreshold } from '../resolved-threshold.ts';
import { calibrate, type PastExcursions } from './calibration.ts';
import { continuedCrossing } from './continued-crossing.ts';
import { exceedanceByStep } from './exceedance.ts';
import { type ExceedanceHistory, exceedanceHistory } from './exceedance-history.ts';
import { recurrenceOf } from './recurrence.ts';

export const CRITICAL_WITHIN_SECONDS = HOUR_SECONDS;
/**
 * Probability from which a breach is a warning. Limits learned from the history mark unusual values, not harm, so that
 * they need more: in a healthy fleet, forecasts near 0.5 for such limits were false more often than not.
 */
export const WARNS_AT = { fixed: 0.5, historical: 0.7 } as const;
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

const severityOf = (
  probability: number,
  timeToImpact: number | null,
  { source }: ResolvedThreshold,
): Severity => {
  if (probability < WARNS_AT[source] || timeToImpact === null) return 'info';
  return timeToImpact <= CRITICAL_WITHIN_SECONDS ? 'critical' : 'warning';
};

/** P(crossed by step h), from probabilities of being beyond at each step, with a hazard proportional to them. */
const crossedByHazard = (beyond: Float64Array, probability: number): Float64Array => {
  const total = sum(beyond);
  if (!(total > 0 && probability > 0)) return new Float64Array(beyond.length);
  const hazard = -Math.log(1 - Math.min(0.9999, probability));
  const scale = probability / (1 - Math.exp(-hazard));
  let passed = 0;
  return beyond.map((p) => {
    passed += p / total;
    return scale * (1 - Math.exp(-hazard * passed));
  });
};

/** Step (from 1) by which `share` of the crossings have happened. */
const stepOfShare = (crossed: Float64Array, share: number): number => {
  const step = crossed.findIndex((p) => p >= share * crossed.at(-1)! - 1e-12);
  return step < 0 ? crossed.length : step + 1;
};

interface Crossing {
  readonly probability: number;
  /** P(crossed by step h), rising to the probability. */
  readonly byStep: Float64Array;
}

/**
 * Adds to the crossing that the marginal distributions give (`plain`) what they cannot hold: if the series is on a
 * ramp, the chance that its noise crosses at another step than the likeliest one.
 */
const crossingOf = (
  { ramp }: Forecast,
  threshold: ResolvedThreshold,
  beyond: Float64Array,
  plain: number,
): Crossing => {
  if (ramp === undefined) return { probability: plain, byStep: crossedByHazard(beyond, plain) };
  const { byStep, likeliestStep } = continuedCrossing(ramp.continuation, threshold);
  const byRamp = ramp.weight * (byStep.at(-1) ?? 0);
  const added = Math.max(0, byRamp - ramp.weight * likeliestStep);
  const probability = Math.max(byRamp, Math.min(1, plain + added));
  const rest = crossedByHazard(beyond, probability - byRamp);
  return { probability, byStep: byStep.map((p, h) => ramp.weight * p + rest[h]!) };
};

/** True if the last observed value is beyond the threshold. */
const isPassed = (history: RegularSeries | undefined, threshold: ResolvedThreshold): boolean =>
  isBeyond(history?.values.findLast(Number.isFinite) ?? Number.NaN, threshold);

const NOW = { p10: 0, p50: 0, p90: 0 } as const;

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
  const excursions: PastExcursions | null = past && {
    rate: impliedByHistory(past, forecast.horizon),
    recurrence: recurrenceOf(history!, threshold, persistenceSteps, forecast.horizon),
  };
  const expected = sum(beyond);
  const plain = expected > 0 ? calibrate(likeliestSustained(beyond, persistenceSteps), excursions) : 0;
  const { probability, byStep } = crossingOf(forecast, threshold, beyond, plain);
  const at = (share: number) => stepOfShare(byStep, share) * forecast.stepSeconds;
  const ahead = probability > 0 ? { p10: at(0.1), p50: at(0.5), p90: at(0.9) } : null;
  const timeToImpactSeconds = isPassed(history, threshold) ? NOW : ahead;
  return {
    probability,
    timeToImpactSeconds,
    expectedShareBeyond: expected / Math.max(1, beyond.length),
    severity: severityOf(probability, timeToImpactSeconds?.p50 ?? null, threshold),
  };
};
