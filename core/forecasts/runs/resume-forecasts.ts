import { InvalidInputError } from '../../shared/errors.ts';
import type { ForecastWithState } from '../engine/ensemble.ts';
import type { Forecast, ForecastRequest } from '../engine/forecast.ts';
import { decodeState, encodeState, type ForecastState } from '../engine/forecast-state.ts';
import type { BatchStates } from './batch-states.ts';

/** An engine that can start from what an earlier run learned, and says what it used: the same state object, or a new one. */
export type LearningEngine = (request: ForecastRequest, state: ForecastState | null) => ForecastWithState;

/** Names one series of a tenant. */
export interface SeriesName {
  readonly targetId: string;
  readonly metric: string;
}

/** A forecaster that may know the series it is asked about. */
export type SeriesForecaster = (request: ForecastRequest, series: SeriesName) => Forecast;

/** How the series of a batch were forecast. */
export interface ResumeCounts {
  /** From what an earlier run learned. */
  resumed: number;
  /** From scratch: new, out of date, or too short to learn from. */
  learned: number;
  /** Of those from scratch: their state could not be read. */
  unreadable: number;
}

export interface Resumption {
  readonly forecaster: SeriesForecaster;
  readonly counts: Readonly<ResumeCounts>;
  /** What is worth keeping for the next run; undefined where nothing new was learned. */
  readonly toKeep: () => BatchStates | undefined;
}

const readState = (text: string): ForecastState | 'unreadable' => {
  try {
    return decodeState(text);
  } catch (error) {
    if (error instanceof InvalidInputError) return 'unreadable';
    throw error;
  }
};

/**
 * Forecasts each series from its kept state where that serves, else from scratch. States of this very run or a newer
 * one are neither used nor replaced: a run that is repeated or late gives what it gave, and an older run never
 * overwrites a newer one.
 */
export const resumeForecasts = (
  engine: LearningEngine,
  kept: BatchStates | undefined,
  issuedAt: number,
): Resumption => {
  const outrun = kept !== undefined && kept.issuedAt >= issuedAt;
  const known = outrun ? undefined : kept?.states;
  const states = new Map<string, Map<string, string>>();
  const counts: ResumeCounts = { resumed: 0, learned: 0, unreadable: 0 };
  let news = false;
  const keep = ({ targetId, metric }: SeriesName, text: string): void => {
    const metrics = states.get(targetId) ?? new Map<string, string>();
    states.set(targetId, metrics.set(metric, text));
  };
  const forecaster: SeriesForecaster = (request, series) => {
    const text = known?.get(series.targetId)?.get(series.metric);
    const found = text === undefined ? undefined : readState(text);
    if (found === 'unreadable') counts.unreadable++;
    const start = found === undefined || found === 'unreadable' ? null : found;
    const { forecast, state } = engine(request, start);
    const resumed = state !== null && state === start;
    counts[resumed ? 'resumed' : 'learned']++;
    if (resumed && text !== undefined) keep(series, text);
    else if (state !== null) {
      keep(series, encodeState(state));
      news = true;
    }
    return forecast;
  };
  const toKeep = () => (outrun || !news ? undefined : { issuedAt, states });
  return { forecaster, counts, toKeep };
};
