/** The domain's objects as the API shows them. */

import type * as z from 'zod';
import { type Anomaly as FoundAnomaly, isActive } from '../anomalies/anomaly.ts';
import type { LearnedBaseline } from '../anomalies/baseline.ts';
import type { ForecastRun } from '../forecasts/forecast-run.ts';
import type { MetricForecast, PredictedBreach, TargetForecast } from '../forecasts/target-forecast.ts';
import type { TargetMetric, Target as WatchedTarget } from '../metrics/targets/target.ts';
import { isoOfMs, isoOfSeconds } from '../shared/time.ts';
import type { Anomaly, Baseline, Breach, Forecast, Run, Series, Target } from './answers.ts';

/** Seven digits: stored quantiles are not more precise, and answers shrink by half. */
const rounded = (value: number): number => Number(value.toPrecision(7));

export const presentTarget = ({ targetId, profile, metrics, firstSeen, lastSeen }: WatchedTarget) => {
  const shown: z.infer<typeof Target> = {
    id: targetId,
    profile,
    metrics: Object.entries(metrics).map(([name, { kind, unit }]) => ({
      name,
      kind,
      ...(unit === undefined ? {} : { unit }),
    })),
    firstSeen: isoOfSeconds(firstSeen),
    lastSeen: isoOfSeconds(lastSeen),
  };
  return shown;
};

export const presentSeries = (
  target: string,
  metric: string,
  { kind, unit }: TargetMetric,
  points: [number, number][],
): z.infer<typeof Series> => ({ target, metric, kind, ...(unit === undefined ? {} : { unit }), points });

export const presentForecast = (
  { targetId, runId, issuedAt }: TargetForecast,
  { metric, forecast, threshold, breach }: MetricForecast,
): z.infer<typeof Forecast> => ({
  target: targetId,
  metric,
  runId,
  issuedAt: isoOfMs(issuedAt),
  start: isoOfSeconds(forecast.start),
  stepSeconds: forecast.stepSeconds,
  horizon: forecast.horizon,
  quantiles: Object.fromEntries(
    forecast.quantileLevels.map((level, l) => [
      String(level),
      Array.from(forecast.quantiles[l] ?? [], rounded),
    ]),
  ),
  mean: Array.from(forecast.mean, rounded),
  model: forecast.model,
  reason: forecast.reason,
  warnings: [...forecast.warnings],
  threshold,
  breach,
});

export const presentBreach = (predicted: PredictedBreach): z.infer<typeof Breach> => {
  const { targetId, metric, profile, risk, threshold, expectedPeak, runId, issuedAt } = predicted;
  const { probability, severity, timeToImpactSeconds } = predicted.breach;
  return {
    target: targetId,
    ...{ metric, profile, probability, severity, risk, timeToImpactSeconds, threshold, expectedPeak, runId },
    issuedAt: isoOfMs(issuedAt),
  };
};

export const presentRun = (run: ForecastRun): z.infer<typeof Run> => {
  const { runId, status, trigger, targets, series, forecasts, breaches, failed, finishedAt, error } = run;
  return {
    id: runId,
    ...{ status, trigger },
    startedAt: isoOfMs(run.startedAt),
    ...(finishedAt === undefined ? {} : { finishedAt: isoOfMs(finishedAt) }),
    ...{ targets, series, forecasts, breaches, failed },
    failures: run.failures.map(({ targetId, metric, reason }) => ({
      target: targetId,
      ...(metric === undefined ? {} : { metric }),
      reason,
    })),
    ...(error === undefined ? {} : { error }),
  };
};

/** `now` in epoch seconds. */
export const presentAnomaly = (found: FoundAnomaly, now: number): z.infer<typeof Anomaly> => {
  const { targetId, metric, timestamp, since, kind, value, score, oneIn, parts, expected } = found;
  return {
    ...{ target: targetId, metric, timestamp: isoOfSeconds(timestamp), since: isoOfSeconds(since) },
    ...{ kind, value, score: rounded(score), oneIn, reason: found.reason },
    parts: Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, rounded(part)])),
    ...(expected === undefined ? {} : { expected }),
    ...(found.silenced === undefined ? {} : { silenced: found.silenced }),
    active: isActive(found, now),
    ...(found.endedAt === undefined ? {} : { endedAt: isoOfSeconds(found.endedAt) }),
  };
};

export const presentBaseline = (
  target: string,
  metric: string,
  { mode, calibrated, points, first, newest, timeOfDay }: LearnedBaseline,
): z.infer<typeof Baseline> => ({
  ...{ target, metric, mode, calibrated, points },
  ...(first === undefined ? {} : { firstSeen: isoOfSeconds(first) }),
  ...(newest === undefined ? {} : { lastLearned: isoOfSeconds(newest) }),
  timeOfDay: timeOfDay.map(({ time, expected }) => ({
    time,
    ...(expected === undefined ? {} : { expected }),
  })),
});
