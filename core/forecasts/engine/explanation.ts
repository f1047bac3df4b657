import type { RegularSeries } from '../../metrics/series/metric-series.ts';
import { HOUR_SECONDS } from '../../shared/time.ts';
import type { Continuation } from './continuation/continuation.ts';
import type { PresentRamp } from './continuation/find-ramp.ts';
import type { Forecast, ForecastRamp } from './forecast.ts';
import type { SeriesView } from './series-view.ts';

type Explanation = Pick<Forecast, 'members' | 'reason' | 'warnings' | 'ramp'>;

const scaled = (continuation: Continuation, scale: number, centre: number): Continuation => ({
  centre: continuation.centre.map((value) => value * scale + centre),
  fan: continuation.fan.map((value) => value * scale),
  residuals: continuation.residuals.map((value) => value * scale),
  persistence: continuation.persistence,
});

/** Converts a ramp from the units of the view to those of the history. */
export const rampInUnits = (
  { ramp, weight }: PresentRamp,
  continuation: Continuation,
  { start, stepSeconds }: RegularSeries,
  { scale, centre }: SeriesView,
): ForecastRamp => {
  const { end, line } = ramp.episode;
  return {
    since: start + (end - line.length) * stepSeconds,
    perHour: (line.slope * scale * HOUR_SECONDS) / stepSeconds,
    weight,
    continuation: scaled(continuation, scale, centre),
  };
};

const minuteOf = (epochSeconds: number): string =>
  `${new Date(epochSeconds * 1000).toISOString().slice(0, 16)}Z`;

/** Adds the ramp, if any, to what explains a forecast. `unit` converts the ramp to the units of the metric. */
export const explainRamp = (
  explanation: Explanation,
  found: ForecastRamp | null,
  unit: number,
): Explanation => {
  if (found === null) return explanation;
  const { since, weight } = found;
  const perHour = found.perHour * unit;
  const members = [
    { name: 'continuation', weight },
    ...explanation.members.map((member) => ({ ...member, weight: member.weight * (1 - weight) })),
  ].sort((a, b) => b.weight - a.weight);
  const [verb, speed] = [perHour > 0 ? 'climbing' : 'falling', Number(Math.abs(perHour).toPrecision(3))];
  return {
    ...explanation,
    members,
    reason: `${verb} by ${speed} per hour since ${minuteOf(since)}, which continues with a probability of ${weight.toFixed(2)}; otherwise ${explanation.reason}`,
    ramp: { ...found, perHour, continuation: scaled(found.continuation, unit, 0) },
  };
};
