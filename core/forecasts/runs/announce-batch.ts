import { FORECASTS_SOURCE, type ForecastsEvent } from '../events.ts';
import type { PredictedBreach } from '../target-forecast.ts';
import type { TargetOutcome } from './forecast-targets.ts';

/** The output of a batch of one run. */
export interface BatchOutcome {
  readonly tenantId: string;
  readonly runId: string;
  readonly index: number;
  /** Epoch milliseconds. */
  readonly issuedAt: number;
  readonly archiveKey: string;
  readonly outcomes: readonly TargetOutcome[];
}

const breachEvent = (breach: PredictedBreach): ForecastsEvent => {
  const { tenantId, targetId, metric, runId, risk, threshold } = breach;
  const { probability, severity, timeToImpactSeconds } = breach.breach;
  return {
    name: 'BreachPredicted',
    source: FORECASTS_SOURCE,
    detail: {
      ...{ tenantId, targetId, metric, runId, probability, severity, risk, timeToImpactSeconds },
      id: `BreachPredicted/${tenantId}/${runId}/${targetId}/${metric}`,
      occurredAt: new Date(breach.issuedAt).toISOString(),
      threshold: { direction: threshold.direction, limit: threshold.limit },
    },
  };
};

/**
 * The events of a batch: one ForecastPublished if it has forecasts, and a BreachPredicted for every breach that
 * is likely (`warning` and `critical`). IDs and times derive from the run, so that a repeated batch
 * announces the same events.
 */
export const announceBatch = (batch: BatchOutcome): readonly ForecastsEvent[] => {
  const { tenantId, runId, index, issuedAt, archiveKey, outcomes } = batch;
  const published = outcomes.filter(({ forecast }) => forecast.metrics.length > 0);
  const model = published[0]?.forecast.metrics[0]?.forecast.model;
  if (model === undefined) return [];
  const forecastEvent: ForecastsEvent = {
    name: 'ForecastPublished',
    source: FORECASTS_SOURCE,
    detail: {
      ...{ tenantId, runId, archiveKey, model },
      id: `ForecastPublished/${tenantId}/${runId}/${index}`,
      occurredAt: new Date(issuedAt).toISOString(),
      targets: published.length,
      forecasts: published.reduce((sum, { forecast }) => sum + forecast.metrics.length, 0),
    },
  };
  const breaches = outcomes.flatMap((outcome) => outcome.breaches);
  return [forecastEvent, ...breaches.filter(({ breach }) => breach.severity !== 'info').map(breachEvent)];
};
