/** Every operation of the HTTP API: the routes of `serve-api` and the OpenAPI document both follow from this list. */
import type * as z from 'zod';
import {
  BreachPage,
  Forecast,
  Forecasts,
  Health,
  Run,
  RunPage,
  Series,
  StartedRun,
  TargetPage,
} from './answers.ts';
import {
  BreachesQuery,
  ForecastQuery,
  NoParameters,
  RunPath,
  RunsQuery,
  SeriesQuery,
  TargetPath,
  TargetsQuery,
} from './requests.ts';

export interface Operation {
  readonly method: 'get' | 'post';
  /** Path template with `{parameters}`. */
  readonly path: string;
  readonly summary: string;
  /** Needs no API key. */
  readonly open?: true;
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  readonly status: 200 | 202;
  /** Alternatives, where an answer has several shapes; none where it is not described by a schema. */
  readonly answers: readonly z.ZodType[];
}

const reading = { method: 'get', status: 200 } as const;

/** Operations that `serve-api` answers, by id. */
export const READ_OPERATIONS = {
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
  listBreaches: {
    ...reading,
    path: '/v1/breaches',
    summary: 'Predicted breaches, highest risk first',
    params: NoParameters,
    query: BreachesQuery,
    answers: [BreachPage],
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

/** Operations that change something; each has a function of its own. */
export const WRITE_OPERATIONS = {
  startRun: {
    method: 'post',
    path: '/v1/forecast-runs',
    summary:
      'Starts a forecast run; the same Idempotency-Key (or, without one, the same minute) starts one run',
    params: NoParameters,
    query: NoParameters,
    status: 202,
    answers: [StartedRun],
  },
} as const satisfies Readonly<Record<string, Operation>>;
