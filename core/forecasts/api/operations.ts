import { type Operations, QUERY } from '../../platform/api/operation.ts';
import { NoParameters, TargetPath } from '../../platform/api/parameters.ts';
import { BreachesQuery, BreachPage } from './breaches.ts';
import { Forecast, ForecastQuery, Forecasts } from './forecasts.ts';
import { Run, RunPage, RunPath, RunsQuery, StartedRun } from './runs.ts';
import { Trends, TrendsQuery } from './trends.ts';

export const FORECASTS_OPERATIONS = {
  getForecast: {
    ...QUERY,
    tag: 'forecasts',
    path: '/v1/targets/{targetId}/forecast',
    summary: 'Returns the newest forecast of one metric, or of all metrics of the target',
    params: TargetPath,
    query: ForecastQuery,
    responses: [Forecast, Forecasts],
  },
  getTrends: {
    ...QUERY,
    tag: 'forecasts',
    path: '/v1/targets/{targetId}/trends',
    summary: 'Returns the long-term view of one metric: trend, growth, run-out date, leak and recurring days',
    params: TargetPath,
    query: TrendsQuery,
    responses: [Trends],
  },
  listBreaches: {
    ...QUERY,
    tag: 'forecasts',
    path: '/v1/breaches',
    summary: 'Lists predicted breaches, highest risk first',
    query: BreachesQuery,
    responses: [BreachPage],
  },
  listRuns: {
    ...QUERY,
    tag: 'forecasts',
    path: '/v1/forecast-runs',
    summary: 'Lists forecast runs, newest first',
    query: RunsQuery,
    responses: [RunPage],
  },
  getRun: {
    ...QUERY,
    tag: 'forecasts',
    path: '/v1/forecast-runs/{runId}',
    summary: 'Returns one forecast run',
    params: RunPath,
    responses: [Run],
  },
  startRun: {
    method: 'post',
    tag: 'forecasts',
    path: '/v1/forecast-runs',
    summary: 'Starts a forecast run; without an Idempotency-Key, requests of the same minute start one run',
    needs: 'operate',
    servedBy: 'start-forecast-run',
    quota: 'commandsPerMinute',
    params: NoParameters,
    query: NoParameters,
    idempotency: 'same-effect',
    status: 202,
    responses: [StartedRun],
  },
} as const satisfies Operations;
