/** Every operation of the HTTP API: the routes of `query-api` and the OpenAPI document both follow from this list. */

import type { Operation } from '../platform/api/operation.ts';
import {
  AnomalyPage,
  Baseline,
  BreachPage,
  Forecast,
  Forecasts,
  Health,
  Run,
  RunPage,
  Series,
  Settings,
  StartedRun,
  TargetPage,
} from './answers.ts';
import { CHANGE_READ_OPERATIONS, CHANGE_WRITE_OPERATIONS } from './change-operations.ts';
import { INCIDENT_READ_OPERATIONS, INCIDENT_WRITE_OPERATIONS } from './incident-operations.ts';
import {
  AnomaliesQuery,
  BaselineQuery,
  BreachesQuery,
  ForecastQuery,
  NoParameters,
  RunPath,
  RunsQuery,
  SeriesQuery,
  TargetPath,
  TargetsQuery,
  TrendsQuery,
} from './requests.ts';
import { Trends } from './trend-answers.ts';

const reading = { method: 'get', status: 200 } as const;

/** Operations that `query-api` answers, by id. */
export const READ_OPERATIONS = {
  ...INCIDENT_READ_OPERATIONS,
  ...CHANGE_READ_OPERATIONS,
  getHealth: {
    ...reading,
    path: '/v1/health',
    summary: 'Whether the API answers',
    open: true,
    params: NoParameters,
    query: NoParameters,
    answers: [Health],
  },
  getOpenApi: {
    ...reading,
    path: '/v1/openapi.json',
    summary: 'This document',
    open: true,
    params: NoParameters,
    query: NoParameters,
    answers: [],
  },
  listTargets: {
    ...reading,
    path: '/v1/targets',
    summary: 'What is watched, by id',
    params: NoParameters,
    query: TargetsQuery,
    answers: [TargetPage],
  },
  getSeries: {
    ...reading,
    path: '/v1/targets/{targetId}/series',
    summary: 'Values of one metric as received',
    params: TargetPath,
    query: SeriesQuery,
    answers: [Series],
  },
  getForecast: {
    ...reading,
    path: '/v1/targets/{targetId}/forecast',
    summary: 'The newest forecast of one metric, or of all metrics of the target',
    params: TargetPath,
    query: ForecastQuery,
    answers: [Forecast, Forecasts],
  },
  getTrends: {
    ...reading,
    path: '/v1/targets/{targetId}/trends',
    summary: 'The long view of one metric: trend, growth, run-out date, leak and recurring days',
    params: TargetPath,
    query: TrendsQuery,
    answers: [Trends],
  },
  listBreaches: {
    ...reading,
    path: '/v1/breaches',
    summary: 'Predicted breaches, highest risk first',
    params: NoParameters,
    query: BreachesQuery,
    answers: [BreachPage],
  },
  listAnomalies: {
    ...reading,
    path: '/v1/anomalies',
    summary: 'Anomalies of all kinds, newest first',
    params: NoParameters,
    query: AnomaliesQuery,
    answers: [AnomalyPage],
  },
  getBaseline: {
    ...reading,
    path: '/v1/targets/{targetId}/baseline',
    summary: 'What has been learned of a metric: its expected band by time of day',
    params: TargetPath,
    query: BaselineQuery,
    answers: [Baseline],
  },
  getSettings: {
    ...reading,
    path: '/v1/settings',
    summary: 'Thresholds, detection rules and maintenance windows',
    params: NoParameters,
    query: NoParameters,
    answers: [Settings],
  },
  listRuns: {
    ...reading,
    path: '/v1/forecast-runs',
    summary: 'Forecast runs, newest first',
    params: NoParameters,
    query: RunsQuery,
    answers: [RunPage],
  },
  getRun: {
    ...reading,
    path: '/v1/forecast-runs/{runId}',
    summary: 'One forecast run',
    params: RunPath,
    query: NoParameters,
    answers: [Run],
  },
} as const satisfies Readonly<Record<string, Operation>>;
export type ReadOperationId = keyof typeof READ_OPERATIONS;

/** Operations on settings that `command-settings` answers, by id. */
export const PLATFORM_WRITE_OPERATIONS = {
  putSettings: {
    method: 'put',
    path: '/v1/settings',
    summary: 'Replaces all settings, if `version` is still the one last read',
    params: NoParameters,
    query: NoParameters,
    body: Settings,
    status: 200,
    answers: [Settings],
  },
} as const satisfies Readonly<Record<string, Operation>>;

/** Operations that change something. Starting a run has a function of its own. */
export const WRITE_OPERATIONS = {
  ...INCIDENT_WRITE_OPERATIONS,
  ...CHANGE_WRITE_OPERATIONS,
  ...PLATFORM_WRITE_OPERATIONS,
  startRun: {
    method: 'post',
    repeatable: true,
    path: '/v1/forecast-runs',
    summary:
      'Starts a forecast run; the same Idempotency-Key (or, without one, the same minute) starts one run',
    params: NoParameters,
    query: NoParameters,
    status: 202,
    answers: [StartedRun],
  },
} as const satisfies Readonly<Record<string, Operation>>;
