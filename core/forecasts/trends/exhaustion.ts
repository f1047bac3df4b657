import type { RegularSeries } from '../../metrics/series/metric-series.ts';
import { finite } from '../../shared/maths/finite.ts';
import { DAY_SECONDS } from '../../shared/time.ts';
import type { Forecast } from '../engine/forecast.ts';
import type { ResolvedThreshold } from '../resolved-threshold.ts';
import { dayBlocks } from './day-blocks.ts';
import { robustSlope } from './robust-slope.ts';

/** Seconds until a resource runs out: early (10 %), middle and late (90 %) estimate; null: not foreseeable. */
export interface TimeToExhaustion {
  readonly early: number | null;
  readonly middle: number | null;
  readonly late: number | null;
}

const firstBeyond = (row: Float64Array, threshold: ResolvedThreshold, stepSeconds: number): number | null => {
  const step = row.findIndex((value) =>
    threshold.direction === 'above' ? value >= threshold.limit : value <= threshold.limit,
  );
  return step < 0 ? null : (step + 1) * stepSeconds;
};

/** Time at which the forecast's outer and middle quantiles reach the limit, within the horizon. */
export const exhaustionWithinForecast = (
  forecast: Forecast,
  threshold: ResolvedThreshold,
): TimeToExhaustion => {
  const times = forecast.quantiles.map((row) => firstBeyond(row, threshold, forecast.stepSeconds));
  const byLevel = forecast.quantileLevels
    .map((level, l) => ({ level, time: times[l]! }))
    .sort((a, b) => (threshold.direction === 'above' ? b.level - a.level : a.level - b.level));
  return {
    early: byLevel[0]!.time,
    middle: byLevel[byLevel.length >> 1]!.time,
    late: byLevel.at(-1)!.time,
  };
};

/** Probability of a ramp's continuation from which it sets the run-out date. */
const LIKELY = 0.5;
/** Standard deviations to the 10th and 90th percentile. */
const OUTER = 1.28;

/** Time at which a bounded resource runs out if its trend continues. */
export interface CapacityRunOut {
  readonly level: number;
  readonly perDay: number;
  /** Epoch seconds; null if the slope at that end of its interval never reaches the limit. */
  readonly early: number | null;
  readonly middle: number | null;
  readonly late: number | null;
}

const runOutAt = (now: number, level: number, perDay: number, limit: number): number | null => {
  const days = (limit - level) / perDay;
  return Number.isFinite(days) && days >= 0 ? now + days * DAY_SECONDS : null;
};

/**
 * Run-out date that the forecast itself gives: the time at which it reaches the limit, or, if the series is on a ramp
 * that probably continues, the time at which the ramp does. Null if the forecast says nothing about it.
 */
export const forecastRunOut = (
  forecast: Forecast,
  limit: number,
  within: TimeToExhaustion,
): CapacityRunOut | null => {
  const { ramp, quantiles, start, stepSeconds, horizon } = forecast;
  const middle = quantiles[quantiles.length >> 1]!;
  const perDay = ramp
    ? finite(24 * ramp.perHour)
    : finite((middle.at(-1)! - middle[0]!) * (DAY_SECONDS / stepSeconds / horizon));
  const level = middle[0]!;
  const after = (seconds: number | null) => (seconds === null ? null : start + seconds);
  if (within.middle !== null) {
    return {
      level,
      perDay,
      early: after(within.early),
      middle: after(within.middle),
      late: after(within.late),
    };
  }
  if (ramp === undefined || ramp.weight < LIKELY || (limit - level) / perDay < 0) return null;
  const spread = OUTER * (ramp.continuation.fan[0]! / stepSeconds) * DAY_SECONDS * Math.sign(perDay);
  const at = (speed: number) => runOutAt(start, level, speed, limit);
  return { level, perDay, early: at(perDay + spread), middle: at(perDay), late: at(perDay - spread) };
};

/**
 * Run-out date of a bounded resource from the robust trend of its daily medians over `days`, with the band of the
 * slope's 95 % interval; not foreseeable if the interval holds no trend at all. Null if there are fewer than three days.
 */
export const capacityRunOut = (series: RegularSeries, limit: number, days = 30): CapacityRunOut | null => {
  const blocks = dayBlocks(series).filter(({ age }) => age < days);
  const line = robustSlope(
    // A day represents its middle, half a day before its end.
    blocks.map(({ age }) => -(age + 0.5)),
    blocks.map(({ median }) => median),
  );
  if (line === null) return null;
  const now = series.start + series.values.length * series.stepSeconds;
  const level = line.intercept;
  const at = (perDay: number) => (line.significant ? runOutAt(now, level, perDay, limit) : null);
  const [fast, slow] = limit >= level ? [line.high, line.low] : [line.low, line.high];
  return { level, perDay: line.slope, early: at(fast), middle: at(line.slope), late: at(slow) };
};
