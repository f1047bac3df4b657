import { type ForecastSums, scoreForecast } from '../../../../core/models/performance/score-forecast.ts';
import type { BatchScores, ScoredRow, SeriesLoss } from '../../../../core/models/performance/scored-day.ts';
import { steadyForecast, uniformSeries } from '../performance/scored-forecasts.ts';

export const sampleSums = (seed: number): ForecastSums => {
  const breach = {
    threshold: { direction: 'above', limit: 101, source: 'fixed' },
    probability: 0.3,
    severity: 'info',
  } as const;
  return scoreForecast(steadyForecast(undefined, breach), uniformSeries(seed))!;
};

export const sampleRow = (seed: number, more: Partial<ScoredRow> = {}): ScoredRow => ({
  ...{ profile: 'web', metric: 'cpu_percent', model: 'ensemble-1.1.0', sums: sampleSums(seed) },
  ...more,
});

export const sampleLoss = (targetId: string, more: Partial<SeriesLoss> = {}): SeriesLoss => ({
  ...{ targetId, profile: 'web', metric: 'cpu_percent', model: 'ensemble-1.1.0', steps: 96, loss: 48 },
  ...more,
});

export const sampleScores = (scoredRunId: string, seed = 1): BatchScores => ({
  scoredRunId,
  rows: [sampleRow(seed), sampleRow(seed + 1, { profile: 'database' })],
  series: [sampleLoss('web-1'), sampleLoss('db-1', { profile: 'database' })],
});
