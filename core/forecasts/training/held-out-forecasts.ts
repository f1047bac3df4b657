import type { RegularSeries } from '../../metrics/series/metric-series.ts';
import { DAY_SECONDS, HOUR_SECONDS } from '../../shared/time.ts';
import { forecastWithState } from '../engine/ensemble.ts';
import type { FleetTrees } from '../engine/fleet/fleet-trees.ts';
import type { Forecast } from '../engine/forecast.ts';
import { DEFAULT_SETTINGS } from '../engine/settings.ts';
import { maseScale } from '../forecast-losses.ts';
import { cutSeries, type FleetSeries, inOrder } from './fleet-series.ts';
import { HORIZON_SECONDS, randomOf } from './series-rows.ts';

/** The stretch on which trees are scored. Epoch seconds; forecasts begin at or after `scoreFrom` and end by `scoreUntil`. */
export interface ScoringSpan {
  readonly scoreFrom: number;
  readonly scoreUntil: number;
}

/** Forecasts of one window with and without fleet trees, and what followed. */
export interface HeldOutForecasts {
  readonly name: string;
  /** Index of the part of the span in which the forecast begins: there is one window of each series in each part. */
  readonly part: number;
  readonly without: Forecast;
  readonly with: Forecast;
  /** NaN where no value arrived. */
  readonly actual: Float64Array;
  /** `maseScale` of all that was known when the forecast was made. */
  readonly scale: number;
}

/** Lengths of the histories in turn: the trees give their quantiles alone. */
const HISTORY_SECONDS = [3 * HOUR_SECONDS, DAY_SECONDS, 12 * HOUR_SECONDS, 1.75 * DAY_SECONDS] as const;
const MIN_OBSERVED_SHARE = 0.5;

const isObserved = ({ length }: Float64Array, observed: Float64Array): boolean =>
  length > 0 && observed.length >= MIN_OBSERVED_SHARE * length;

/** A history as if the server were new, and what followed; null if one of them is too short or mostly gaps. */
const windowAt = (series: RegularSeries, origin: number, historySeconds: number) => {
  const history = cutSeries(series, origin - historySeconds, origin);
  const { values: actual } = cutSeries(series, origin, origin + HORIZON_SECONDS);
  const isUsable = [history.values, actual].every((values) =>
    isObserved(values, values.filter(Number.isFinite)),
  );
  return isUsable ? { history, actual } : null;
};

/**
 * Forecasts held-out windows of each series, at times that depend on its name and the seed alone, so that trees are
 * compared on the same ones. Histories reach back beyond `scoreFrom`, as they do when a forecast is made.
 */
export function* heldOutForecasts(
  trees: FleetTrees,
  fleet: readonly FleetSeries[],
  { scoreFrom, scoreUntil }: ScoringSpan,
  windows: number,
  seed: number,
): Generator<HeldOutForecasts> {
  const room = scoreUntil - HORIZON_SECONDS - scoreFrom;
  if (room < 0) return;
  for (const { name, series } of inOrder(fleet)) {
    const random = randomOf(name, seed);
    const turn = Math.floor(random() * HISTORY_SECONDS.length);
    for (let k = 0; k < windows; k++) {
      const origin = scoreFrom + Math.floor((room * (k + random())) / windows);
      const window = windowAt(series, origin, HISTORY_SECONDS[(turn + k) % HISTORY_SECONDS.length]!);
      if (window === null) continue;
      const request = { history: window.history, horizon: window.actual.length };
      const forecastWith = (fleetTrees: FleetTrees | null): Forecast =>
        forecastWithState(request, null, DEFAULT_SETTINGS, fleetTrees).forecast;
      const scale = maseScale(cutSeries(series, series.start, origin));
      yield {
        name,
        part: k,
        without: forecastWith(null),
        with: forecastWith(trees),
        actual: window.actual,
        scale,
      };
    }
  }
}
