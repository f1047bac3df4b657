import { isoOfMs } from '../../shared/time.ts';
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

/** The event of a warning that the run announces; none if it only stands. */
const breachEvents = (predicted: PredictedBreach): readonly ForecastsEvent[] => {
  const { tenantId, targetId, metric, runId, issuedAt, risk, threshold, warning } = predicted;
  if (warning === null || warning.announced?.at !== issuedAt) return [];
  const { reason } = warning.announced;
  const { probability, severity, timeToImpactSeconds } = predicted.breach;
  const name = reason === 'ended' ? 'BreachCleared' : 'BreachPredicted';
  const shared = {
    ...{ tenantId, targetId, metric, runId, probability },
    id: `${name}/${tenantId}/${runId}/${targetId}/${metric}`,
    occurredAt: isoOfMs(issuedAt),
    since: isoOfMs(warning.since),
    threshold: { direction: threshold.direction, limit: threshold.limit },
  };
  if (reason === 'ended') return [{ name: 'BreachCleared', source: FORECASTS_SOURCE, detail: shared }];
  const { reasons, counterfactual } = predicted.explanation ?? { reasons: [], counterfactual: null };
  const explained = { reasons: [...reasons], counterfactual };
  const detail = { ...shared, reason, severity, risk, timeToImpactSeconds, ...explained };
  return [{ name: 'BreachPredicted', source: FORECASTS_SOURCE, detail }];
};

/**
 * The events of a batch: one ForecastPublished if it has forecasts, and a BreachPredicted or BreachCleared for every
 * warning that was raised, changed its severity, is due for a reminder, or ended. IDs and times derive from the run, so
 * that a repeated batch announces the same events.
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
      occurredAt: isoOfMs(issuedAt),
      targets: published.length,
      forecasts: published.reduce((sum, { forecast }) => sum + forecast.metrics.length, 0),
    },
  };
  const breaches = outcomes.flatMap((outcome) => outcome.breaches);
  return [forecastEvent, ...breaches.flatMap(breachEvents)];
};
