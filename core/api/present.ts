/** The domain's objects as the API shows them. */
import type * as z from 'zod';
import type {
  ForecastRun,
  MetricForecast,
  PredictedBreach,
  TargetForecast,
} from '../ports/forecast-storage.ts';
import type { TargetMetric, Target as WatchedTarget } from '../targets/target.ts';
import type { Breach, Forecast, Run, Series, Target } from './answers.ts';

const instant = (epochMs: number): string => new Date(epochMs).toISOString();

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
    firstSeen: instant(firstSeen * 1000),
    lastSeen: instant(lastSeen * 1000),
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
  issuedAt: instant(issuedAt),
  start: instant(forecast.start * 1000),
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
    issuedAt: instant(issuedAt),
  };
};

export const presentRun = (run: ForecastRun): z.infer<typeof Run> => {
  const { runId, status, trigger, targets, series, forecasts, breaches, failed, finishedAt, error } = run;
  return {
    id: runId,
    ...{ status, trigger },
    startedAt: instant(run.startedAt),
    ...(finishedAt === undefined ? {} : { finishedAt: instant(finishedAt) }),
    ...{ targets, series, forecasts, breaches, failed },
    failures: run.failures.map(({ targetId, metric, reason }) => ({
      target: targetId,
      ...(metric === undefined ? {} : { metric }),
      reason,
    })),
    ...(error === undefined ? {} : { error }),
  };
};
