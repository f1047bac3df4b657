/** Makes two windows of a seasonal series comparable: each value is judged by those of the same hours. */

import type { RegularSeries } from '../../metrics/series/metric-series.ts';
import { mean, median } from '../../shared/maths/averages.ts';
import { DAY_SECONDS, HOUR_SECONDS } from '../../shared/time.ts';

/** Values of one window, day by day. */
export interface ComparableSample {
  /**
   * Share of the reference at the same hours that is below each value, and that is at most the value: its place is
   * anywhere between the two, and even in [0, 1] if nothing changed.
   */
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** Differences from the median of the reference at the same hours, in the unit of the series. */
  readonly residuals: Float64Array;
  /** Day (whole days since the epoch) of each value, ascending. */
  readonly days: Int32Array;
}

/** One value in this many seconds is used: neighbours say almost the same. */
const SLOT_SECONDS = 1200;
/** Hours of the same kind of day: the working days are alike, and so are the two others. */
const GROUPS = 48;
/** 1 January 1970 was a Thursday: day 4 of a week that begins on Sunday. */
const EPOCH_WEEKDAY = 4;

interface Sampled {
  readonly value: number;
  readonly day: number;
  readonly group: number;
}

/** The same kind of day and hour, in UTC. */
const groupOf = (at: number): number => {
  const weekday = (Math.floor(at / DAY_SECONDS) + EPOCH_WEEKDAY) % 7;
  return Math.floor((at % DAY_SECONDS) / HOUR_SECONDS) + (weekday === 0 || weekday === 6 ? GROUPS / 2 : 0);
};

/** The first value of each slot. */
const sampled = ({ start, stepSeconds, values }: RegularSeries): Sampled[] => {
  const samples: Sampled[] = [];
  let taken = -1;
  for (let i = 0; i < values.length; i++) {
    const at = start + i * stepSeconds;
    const slot = Math.floor(at / SLOT_SECONDS);
    if (slot === taken || !Number.isFinite(values[i]!)) continue;
    taken = slot;
    samples.push({ value: values[i]!, day: Math.floor(at / DAY_SECONDS), group: groupOf(at) });
  }
  return samples;
};

interface Group {
  readonly sorted: Float64Array;
  readonly median: number;
  readonly byDay: ReadonlyMap<number, readonly Sampled[]>;
}

const groupsOf = (reference: readonly Sampled[]): ReadonlyMap<number, Group> =>
  new Map(
    [...Map.groupBy(reference, ({ group }) => group)].map(([group, own]) => {
      const sorted = Float64Array.from(own, ({ value }) => value).sort();
      return [group, { sorted, median: median(sorted), byDay: Map.groupBy(own, ({ day }) => day) }];
    }),
  );

/** Number of ascending values that are below `value`, or at most `value` if `orEqual`. */
const countBelow = (sorted: Float64Array, value: number, orEqual: boolean): number => {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value || (orEqual && sorted[middle]! === value)) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** Shares of the values of other days that are below a value, and at most the value. */
const placeOf = ({ sorted, byDay }: Group, { value, day }: Sampled): readonly [low: number, high: number] => {
  const own = byDay.get(day) ?? [];
  let below = countBelow(sorted, value, false);
  let upTo = countBelow(sorted, value, true);
  for (const other of own) {
    if (other.value < value) below--;
    if (other.value <= value) upTo--;
  }
  const others = sorted.length - own.length;
  return others === 0 ? [0, 1] : [below / others, upTo / others];
};

const compareAll = (samples: readonly Sampled[], groups: ReadonlyMap<number, Group>): ComparableSample => {
  const usable = samples.flatMap((sample) => {
    const group = groups.get(sample.group);
    return group === undefined ? [] : [{ sample, group }];
  });
  const places = usable.map(({ sample, group }) => placeOf(group, sample));
  return {
    low: Float64Array.from(places, ([low]) => low),
    high: Float64Array.from(places, ([, high]) => high),
    residuals: Float64Array.from(usable, ({ sample, group }) => sample.value - group.median),
    days: Int32Array.from(usable, ({ sample }) => sample.day),
  };
};

/** The window that a model learned from, prepared for comparisons. */
export interface ReferenceWindow {
  readonly sample: ComparableSample;
  /** Mean size of its values. */
  readonly size: number;
  /** The values of a later window, compared with those of this one at the same hours. */
  readonly compare: (current: RegularSeries) => ComparableSample;
}

/**
 * Prepares a reference: each value is compared with those at the same hours of the same kind of day (working days, other
 * days). A value of the reference is compared with those of its other days only, as one of a later window is, so that
 * both samples are distributed alike if nothing changed.
 */
export const referenceWindow = (reference: RegularSeries): ReferenceWindow => {
  const samples = sampled(reference);
  const groups = groupsOf(samples);
  return {
    sample: compareAll(samples, groups),
    size: mean(samples.map(({ value }) => Math.abs(value))),
    compare: (current) => compareAll(sampled(current), groups),
  };
};
