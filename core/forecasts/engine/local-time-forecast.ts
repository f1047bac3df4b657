import type { ClockMove } from '../../shared/time-zone.ts';
import type { EnsembleModel } from './ensemble-model.ts';
import type { ForecastRequest } from './forecast.ts';
import { MIXED_LEVELS, mixQuantiles } from './quantiles/mixture.ts';
import {
  type ContinuedRamp,
  ensembleOf,
  forecastView,
  type ViewForecast,
  type ViewRequest,
} from './recent-changes.ts';
import { inLocalTime, localLeads, localTimeWeight, stepMoves } from './regime/local-time.ts';
import { deseasonalise } from './series/deseasonalised.ts';
import type { SeriesView } from './series/series-view.ts';

/** A move of the local clock within the history or the horizon, in a series with a pattern of the day. */
export interface LocalClock {
  /** The last move. */
  readonly move: ClockMove;
  /** Probability that the pattern of the day follows the local clock. */
  readonly weight: number;
  /** The history under the last clock. */
  readonly view: SeriesView;
  /** Steps to forecast under that clock, and the one of them that each step of the horizon shows. */
  readonly horizon: number;
  readonly leads: Int32Array;
}

/** The local clock, if it moves and the series has a pattern of the day that could follow it; else null. */
export const findLocalClock = (
  view: SeriesView,
  { history, horizon, clockMoves = [] }: ForecastRequest,
): LocalClock | null => {
  const end = history.start + (view.n + horizon) * history.stepSeconds;
  const within = clockMoves.filter(({ at }) => at > history.start && at < end);
  const moves = stepMoves(within, history);
  if (moves.length === 0 || deseasonalise(view.y, view.period).pattern === null) return null;
  const past = moves.filter(({ at }) => at < view.n);
  const leads = localLeads(view.n, horizon, moves);
  return {
    move: within.at(-1)!,
    weight: localTimeWeight(view, past),
    view: inLocalTime(view, past),
    horizon: Math.max(
      horizon,
      leads.reduce((most, lead) => Math.max(most, lead + 1), 0),
    ),
    leads,
  };
};

const pick = (row: Float64Array, leads: Int32Array): Float64Array =>
  Float64Array.from(leads, (lead) => row[lead]!);

const pickRamp = (ramp: ContinuedRamp | null, leads: Int32Array): ContinuedRamp | null => {
  if (ramp === null) return null;
  const { centre, fan } = ramp.continuation;
  const continuation = { ...ramp.continuation, centre: pick(centre, leads), fan: pick(fan, leads) };
  return { ...ramp, continuation };
};

const modelFor = (horizon: number, kept: EnsembleModel | null): EnsembleModel | null =>
  kept?.blockEnds.at(-1) === horizon ? kept : null;

/** The forecast under the last clock, read at the local times of the horizon. */
const underLocalClock = (clock: LocalClock, request: ViewRequest): ViewForecast => {
  const { horizon, leads } = clock;
  const { adapted, model } = forecastView(clock.view, {
    ...request,
    horizon,
    kept: modelFor(horizon, request.kept),
  });
  const quantiles = adapted.quantiles.map((row) => pick(row, leads));
  return { adapted: { ...adapted, quantiles, ramp: pickRamp(adapted.ramp, leads) }, model };
};

/**
 * Forecasts a series whose local clock moves: with its probability the pattern of the day follows the clock, else UTC.
 * The more probable of both is adapted to recent changes, too.
 */
export const forecastByClock = (view: SeriesView, clock: LocalClock, request: ViewRequest): ViewForecast => {
  const { weight, horizon, leads } = clock;
  if (weight === 1) return underLocalClock(clock, request);
  if (weight === 0) return forecastView(view, request);
  const mixed = { ...request, levels: MIXED_LEVELS };
  if (weight >= 0.5) {
    const local = underLocalClock(clock, mixed);
    const usual = ensembleOf(view, { ...request, kept: modelFor(request.horizon, request.kept) });
    return withQuantiles(local, usual.ensembleAt(MIXED_LEVELS), weight, request.levels);
  }
  const usual = forecastView(view, mixed);
  const local = ensembleOf(clock.view, { ...request, horizon, kept: modelFor(horizon, request.kept) });
  const rows = local.ensembleAt(MIXED_LEVELS).map((row) => pick(row, leads));
  return withQuantiles(usual, rows, 1 - weight, request.levels);
};

const withQuantiles = (
  { adapted, model }: ViewForecast,
  other: readonly Float64Array[],
  weight: number,
  levels: readonly number[],
): ViewForecast => ({
  adapted: { ...adapted, quantiles: mixQuantiles(adapted.quantiles, other, weight, levels) },
  model,
});
