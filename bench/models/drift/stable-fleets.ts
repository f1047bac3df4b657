/** Fleets without drift, and recorded ones, in which nobody knows. */
import type { RegularSeries } from '../../../core/metrics/series/metric-series.ts';
import { mean, median } from '../../../core/shared/maths/averages.ts';
import { randomStream } from '../../../core/simulator/random.ts';
import {
  daysOf,
  type FleetSeries,
  type Half,
  realSeries,
  STEPS_PER_DAY,
  simulatedSeries,
  wholeDays,
} from '../shared/fleet-series.ts';

/** 1 January 1970 was a Thursday: day 4 of a week that begins on Sunday. */
const isWeekend = (start: number, day: number): boolean => {
  const weekday = (Math.floor(start / 86_400) + day + 4) % 7;
  return weekday === 0 || weekday === 6;
};

/** Random days of a series, working days for working days: whatever changed within it is spread over all. */
const resample = (series: RegularSeries, days: number, seed: number, name: string): RegularSeries => {
  const known = daysOf(series, 0, wholeDays(series));
  const random = randomStream(seed, 'days', name);
  const all = Array.from({ length: wholeDays(known) }, (_, day) => day);
  const kinds = [false, true].map((weekend) => all.filter((day) => isWeekend(known.start, day) === weekend));
  const values = new Float64Array(days * STEPS_PER_DAY);
  for (let day = 0; day < days; day++) {
    const kind = kinds[isWeekend(known.start, day) ? 1 : 0]!;
    const from = kind[random.below(kind.length)]! * STEPS_PER_DAY;
    values.set(known.values.subarray(from, from + STEPS_PER_DAY), day * STEPS_PER_DAY);
  }
  return { ...known, values };
};

/** A series without its growth from day to day, which the simulator gives to every server. */
const withoutGrowth = (series: RegularSeries): RegularSeries => {
  const days = Array.from({ length: wholeDays(series) }, (_, day) =>
    mean(daysOf(series, day, day + 1).values.filter(Number.isFinite)),
  );
  const slopes = days.flatMap((low, i) => days.slice(i + 1).map((high, k) => (high - low) / (k + 1)));
  const [slope, centre] = [median(slopes), mean(days)];
  const values = series.values.map((value, i) => {
    const trend = centre + slope * (i / STEPS_PER_DAY - days.length / 2);
    return trend > 0 ? (value * centre) / trend : value;
  });
  return { ...series, values };
};

/** A simulated fleet that is as seasonal and as noisy as the simulator makes it, but does not grow. */
export const seasonalServers = (seed: number, servers: number, days: number): FleetSeries[] =>
  simulatedSeries(seed, servers, days).map((one) => ({ ...one, series: withoutGrowth(one.series) }));

/** Whole days that the machines were recorded. */
export const RECORDED_DAYS = 29;

/** Real machines whose days are in random order, for as long as needed: stable by construction. */
export const resampledMachines = (data: string, half: Half, days: number, seed: number): FleetSeries[] =>
  realSeries(data, half, RECORDED_DAYS).map((one) => ({
    ...one,
    series: resample(one.series, days, seed, `${one.targetId} ${one.metric}`),
  }));

/** Real machines as they were recorded, a month each, moved to the same days. */
export const recordedMachines = (data: string, half: Half): FleetSeries[] =>
  realSeries(data, half, RECORDED_DAYS).map((one) => ({
    ...one,
    series: daysOf(one.series, 0, RECORDED_DAYS),
  }));
