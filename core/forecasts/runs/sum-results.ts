import { sum } from '../../shared/maths/averages.ts';
import type { BatchResult, ForecastRun, RunCounts, RunStatus, SeriesFailure } from '../forecast-run.ts';

/** Failures kept with a run; `failed` counts all of them. */
export const MAX_STORED_FAILURES = 100;
const MAX_REASON_LENGTH = 300;

const NO_COUNTS: RunCounts = { targets: 0, series: 0, forecasts: 0, breaches: 0, failed: 0 };

/** A failure with its reason truncated, so that a run record can hold a hundred of them. */
export const failureOf = (targetId: string, metric: string | undefined, reason: string): SeriesFailure => ({
  targetId,
  metric,
  reason: reason.length > MAX_REASON_LENGTH ? `${reason.slice(0, MAX_REASON_LENGTH - 1)}…` : reason,
});

/** A run that was requested and has no results yet. */
export const newRun = (
  run: Pick<ForecastRun, 'tenantId' | 'runId' | 'trigger' | 'startedAt'>,
): ForecastRun => ({
  ...run,
  ...NO_COUNTS,
  status: 'RUNNING',
  finishedAt: undefined,
  failures: [],
  error: undefined,
});

const addCounts = (a: RunCounts, b: RunCounts): RunCounts => ({
  targets: a.targets + b.targets,
  series: a.series + b.series,
  forecasts: a.forecasts + b.forecasts,
  breaches: a.breaches + b.breaches,
  failed: a.failed + b.failed,
});

/** One result per batch: retried batches have several results with the same index. */
const onePerBatch = (results: readonly BatchResult[]): BatchResult[] =>
  [...new Map(results.map((result) => [result.index, result])).values()].sort((a, b) => a.index - b.index);

/** Lost batches and deferred targets degrade a run; series that cannot be forecast are only reported. */
const statusOf = (batches: number, finished: number, deferred: number): RunStatus => {
  if (finished >= batches && deferred === 0) return 'SUCCEEDED';
  return finished === 0 ? 'FAILED' : 'PARTIAL';
};

const targetsText = (count: number): string =>
  count === 1 ? '1 target was not forecast: its batch' : `${count} targets were not forecast: their batches`;

const errorOf = (batches: number, lost: number, deferred: number): string | undefined => {
  const parts = [
    ...(lost > 0 ? [`${lost} of ${batches} batches did not finish`] : []),
    ...(deferred > 0 ? [`${targetsText(deferred)} ran out of time`] : []),
  ];
  return parts.length === 0 ? undefined : parts.join('; ');
};

/**
 * The finished run: the sum of the results of its batches. Planned batches without a result count as lost; these and
 * deferred targets are counted in `error`.
 */
export const sumResults = (
  run: ForecastRun,
  plannedBatches: number,
  results: readonly BatchResult[],
  finishedAt: number,
): ForecastRun => {
  const kept = onePerBatch(results);
  const counts = kept.reduce<RunCounts>(addCounts, NO_COUNTS);
  const lost = plannedBatches - kept.length;
  const deferred = sum(kept.map((result) => result.deferred));
  return {
    ...run,
    ...counts,
    status: statusOf(plannedBatches, kept.length, deferred),
    finishedAt,
    failures: kept.flatMap(({ failures }) => failures).slice(0, MAX_STORED_FAILURES),
    error: errorOf(plannedBatches, lost, deferred),
  };
};
