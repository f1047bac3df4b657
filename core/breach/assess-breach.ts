import type { Forecast } from '../forecasting/forecast.ts';
import type { RegularSeries } from '../series/metric-series.ts';
import type { BreachRisk, Severity } from './breach-risk.ts';
import { exceedanceByStep } from './exceedance.ts';
import type { ResolvedThreshold } from './threshold.ts';

const CRITICAL_WITHIN_SECONDS = 3600;
const LIKELY = 0.5;
/** Share of a step that counts as independent of the steps before it. */
const INDEPENDENT_SHARE = 0.15;

/** P(first crossing at step h): exceedances come in clusters, so only part of each step's chance is new. */
const firstCrossings = (beyond: Float64Array): Float64Array => {
  let survival = 1;
  return beyond.map((p, h) => {
    const fresh = h === 0 ? p : 1 - (1 - p) ** INDEPENDENT_SHARE;
    const first = survival * fresh;
    survival -= first;
    return first;
  });
};

const severityOf = (probability: number, timeToImpact: number | null): Severity => {
  if (probability < LIKELY || timeToImpact === null) return 'info';
  return timeToImpact <= CRITICAL_WITHIN_SECONDS ? 'critical' : 'warning';
};

const timeAtShare = (first: Float64Array, total: number, share: number, stepSeconds: number): number => {
  let passed = 0;
  const h = first.findIndex((p) => {
    passed += p;
    return passed >= share * total;
  });
  return (h < 0 ? first.length : h + 1) * stepSeconds;
};

/**
 * How likely the forecast crosses the threshold at least once, when first, and for how long: marginal exceedances
 * joined by a clustering factor, never by multiplying them as if independent.
 */
export const assessBreach = (
  forecast: Forecast,
  threshold: ResolvedThreshold,
  _history?: RegularSeries,
): BreachRisk => {
  const beyond = exceedanceByStep(forecast, threshold);
  const first = firstCrossings(beyond);
  const probability = Math.min(
    1,
    first.reduce((sum, p) => sum + p, 0),
  );
  const at = (share: number) => timeAtShare(first, probability, share, forecast.stepSeconds);
  const timeToImpactSeconds = probability > 0 ? { p10: at(0.1), p50: at(0.5), p90: at(0.9) } : null;
  return {
    probability,
    timeToImpactSeconds,
    expectedShareBeyond: beyond.reduce((sum, p) => sum + p, 0) / Math.max(1, beyond.length),
    severity: severityOf(probability, timeToImpactSeconds?.p50 ?? null),
  };
};
