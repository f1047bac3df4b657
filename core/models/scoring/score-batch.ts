/** Scores the forecasts of an earlier run while a batch of a new one has the histories at hand. */
import type {
  ArchivedForecast,
  BatchScorer,
  ForecastScorer,
  ObservedTarget,
  RunFiles,
} from '../../forecasts/ports.ts';
import { runIdOf, runRequestedAt } from '../../forecasts/run-id.ts';
import { HORIZON_SECONDS } from '../../forecasts/target-forecast.ts';
import { nameWithoutAttributes } from '../../metrics/series/metric-series.ts';
import { readMetric } from '../../metrics/targets/read-metric.ts';
import type { Settings } from '../../platform/settings/settings.ts';
import { sum } from '../../shared/maths/averages.ts';
import type { Telemetry } from '../../shared/telemetry.ts';
import { HOUR_SECONDS } from '../../shared/time.ts';
import type { Scores } from '../performance/scored-day.ts';
import type { ScoreFiles } from '../ports.ts';
import { addScores } from './add-scores.ts';
import { scoreArchived } from './score-archived.ts';

export interface ScoringDeps {
  readonly files: Pick<RunFiles, 'readForecasts'>;
  readonly scores: Pick<ScoreFiles, 'writeBatch'>;
  readonly telemetry: Telemetry;
  /** Minutes between scheduled runs. */
  readonly cadenceMinutes: number;
}

interface Batch {
  readonly tenantId: string;
  readonly runId: string;
  readonly index: number;
  readonly issuedAt: number;
}

/** Values that arrive later than this are missing in scores. */
const GRACE_SECONDS = HOUR_SECONDS;

/**
 * The scheduled run whose horizon has just been observed; undefined for a run that a caller requested. Each scheduled run
 * scores one other, so no forecast is scored by two runs.
 */
export const runToScore = (
  { tenantId, runId, issuedAt }: Omit<Batch, 'index'>,
  cadenceMinutes: number,
): string | undefined => {
  const scheduled = (requestedAt: number) => runIdOf({ tenantId, trigger: 'schedule', requestedAt });
  if (scheduled(issuedAt) !== runId) return undefined;
  const cadence = 60 * cadenceMinutes;
  const wait = Math.ceil((HORIZON_SECONDS + GRACE_SECONDS) / cadence) * cadence;
  return scheduled(issuedAt - 1000 * wait);
};

const NOTHING_TO_SCORE: BatchScorer = { score: () => {}, end: async () => {} };

/** Scores are worth less than forecasts: if they cannot be made or stored, the batch goes on without them. */
export const forecastScorer = (deps: ScoringDeps): ForecastScorer => ({
  begin: async (batch) => {
    const scoredRunId = runToScore(batch, deps.cadenceMinutes);
    if (scoredRunId === undefined) return NOTHING_TO_SCORE;
    try {
      const issuedAt = runRequestedAt(scoredRunId);
      const issued = await deps.files.readForecasts(batch.tenantId, scoredRunId, batch.index, issuedAt);
      return issued.length === 0 ? NOTHING_TO_SCORE : scorerOf(deps, batch, scoredRunId, issued);
    } catch (error) {
      notScored(deps, batch, error);
      return NOTHING_TO_SCORE;
    }
  },
});

const notScored = ({ telemetry }: ScoringDeps, { tenantId, runId, index }: Batch, error: unknown): void => {
  telemetry.error('earlier forecasts are not scored', { tenantId, runId, index }, error);
  telemetry.count('ForecastsNotScored');
};

const scorerOf = (
  deps: ScoringDeps,
  batch: Batch,
  scoredRunId: string,
  issued: readonly ArchivedForecast[],
): BatchScorer => {
  const byTarget = Map.groupBy(issued, ({ targetId }) => targetId);
  const issuedAt = runRequestedAt(scoredRunId) / 1000;
  const found: Scores[] = [];
  return {
    score: (observed, settings) => {
      try {
        for (const forecast of byTarget.get(observed.target.targetId) ?? [])
          found.push(scoresOf(forecast, observed, issuedAt, settings));
      } catch (error) {
        notScored(deps, batch, error);
      }
    },
    end: async () => {
      try {
        const scores = addScores(found);
        const forecasts = sum(scores.rows.map(({ sums }) => sums.errors[0]?.forecasts ?? 0));
        deps.telemetry.count('ForecastScored', forecasts);
        await deps.scores.writeBatch(batch.tenantId, batch.runId, batch.index, { scoredRunId, ...scores });
      } catch (error) {
        notScored(deps, batch, error);
      }
    },
  };
};

const scoresOf = (
  forecast: ArchivedForecast,
  { target, histories }: ObservedTarget,
  issuedAt: number,
  settings: Settings | undefined,
): Scores => {
  const { metric, model } = forecast;
  const points = histories.get(metric);
  const { kind } = readMetric(target, metric, settings);
  const sums = points === undefined ? null : scoreArchived(forecast, { ...points, kind }, issuedAt);
  if (sums === null) return { rows: [], series: [] };
  const of = { profile: target.profile, model };
  const [steps, loss] = [
    sum(sums.errors.map((one) => one.steps)),
    sum(sums.errors.map((one) => one.scaledQuantileLoss)),
  ];
  return {
    rows: [{ ...of, metric: nameWithoutAttributes(metric), sums }],
    series: [{ ...of, metric, targetId: target.targetId, steps, loss }],
  };
};
