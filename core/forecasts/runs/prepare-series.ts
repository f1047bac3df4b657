import type { History } from '../../metrics/blocks/block-history.ts';
import type { MetricKind, RegularSeries } from '../../metrics/series/metric-series.ts';
import { regularise } from '../../metrics/series/regularise.ts';
import { InvalidInputError } from '../../shared/errors.ts';
import { DAY_SECONDS } from '../../shared/time.ts';
import type { Forecast, ForecastRamp } from '../engine/forecast.ts';
import { HORIZON_SECONDS } from '../target-forecast.ts';

/** Length of the history that a forecast reads. */
export const HISTORY_SECONDS = 14 * DAY_SECONDS;
/** Finer series are averaged (deltas: summed) to this step: 96 of them make the horizon. */
export const FINEST_STEP_SECONDS = 300;

/** A history on its grid, with the number of steps to forecast from its end. */
export interface PreparedSeries {
  readonly history: RegularSeries;
  /** Steps to forecast: `elapsed` plus those that cover the horizon from now. */
  readonly horizon: number;
  /** Leading steps that lie before now, because the series reports late. */
  readonly elapsed: number;
}

const toGrid = ({ timestamps, values }: History, kind: MetricKind): RegularSeries => {
  const grid = regularise({ timestamps, values, kind }, { maxSteps: HISTORY_SECONDS / 60 });
  if (grid.stepSeconds >= FINEST_STEP_SECONDS) return grid;
  return regularise({ timestamps, values, kind }, { stepSeconds: FINEST_STEP_SECONDS });
};

/**
 * Regularises a history and computes the number of steps to forecast. The forecast starts right after the last value.
 * If that is more than one step before `now`, the missed steps are added, so that the forecast always covers the
 * horizon from now. A series whose step exceeds the horizon gets one forecast step.
 * @throws InvalidInputError if the series has no usable values, or none within the length of the horizon
 */
export const prepareSeries = (points: History, kind: MetricKind, now: number): PreparedSeries => {
  const history = toGrid(points, kind);
  const { stepSeconds } = history;
  const lastAt = history.start + (history.values.length - 1) * stepSeconds;
  const age = now - lastAt;
  if (age > Math.max(HORIZON_SECONDS, 2 * stepSeconds)) {
    throw new InvalidInputError(`no data since ${new Date(lastAt * 1000).toISOString()}`);
  }
  const elapsed = Math.max(0, Math.ceil(age / stepSeconds) - 1);
  return { history, elapsed, horizon: elapsed + Math.ceil(HORIZON_SECONDS / stepSeconds) };
};

const rampFrom = (ramp: ForecastRamp, from: number): ForecastRamp => {
  const { continuation } = ramp;
  const [centre, fan] = [continuation.centre.subarray(from), continuation.fan.subarray(from)];
  return { ...ramp, continuation: { ...continuation, centre, fan } };
};

/** The part of a forecast that starts at step `from`. */
export const forecastFrom = (forecast: Forecast, from: number): Forecast =>
  from === 0
    ? forecast
    : {
        ...forecast,
        start: forecast.start + from * forecast.stepSeconds,
        horizon: forecast.horizon - from,
        quantiles: forecast.quantiles.map((row) => row.subarray(from)),
        mean: forecast.mean.subarray(from),
        ...(forecast.ramp && { ramp: rampFrom(forecast.ramp, from) }),
      };
