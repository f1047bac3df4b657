import { sum } from '../../shared/maths/averages.ts';
import type { Telemetry } from '../../shared/telemetry.ts';
import type { BatchResult } from '../forecast-run.ts';
import type { TargetOutcome } from './forecast-targets.ts';
import type { BatchOfRun } from './stored-states.ts';
import { MAX_STORED_FAILURES } from './sum-results.ts';

/** Sums the outcomes of a batch. */
export const resultOf = (index: number, outcomes: readonly TargetOutcome[]): BatchResult => {
  const total = (count: (outcome: TargetOutcome) => number) => sum(outcomes.map(count));
  return {
    index,
    targets: outcomes.length,
    series: total(({ series }) => series),
    forecasts: total(({ forecast }) => forecast.metrics.length),
    breaches: total(({ breaches }) => breaches.length),
    failed: total(({ failures }) => failures.length),
    deferred: outcomes.filter(({ isDeferred }) => isDeferred === true).length,
    failures: outcomes.flatMap(({ failures }) => failures).slice(0, MAX_STORED_FAILURES),
  };
};

/** Logs and counts what a batch produced, and logs each fault of the forecaster. */
export const reportBatch = (
  telemetry: Telemetry,
  { tenantId, runId }: BatchOfRun,
  { failures: _, ...counts }: BatchResult,
  outcomes: readonly TargetOutcome[],
): void => {
  telemetry.info('batch forecast', { tenantId, runId, correlationId: runId, ...counts });
  telemetry.count('ForecastProduced', counts.forecasts);
  telemetry.count('BreachListed', counts.breaches);
  telemetry.count('SeriesFailed', counts.failed);
  if (counts.deferred > 0) telemetry.count('TargetsDeferred', counts.deferred);
  for (const { targetId, faults } of outcomes) {
    for (const { metric, cause } of faults) {
      const seriesId = metric === undefined ? undefined : `${targetId}/${metric}`;
      telemetry.error('the forecaster failed', { tenantId, runId, targetId, seriesId }, cause);
    }
  }
};
