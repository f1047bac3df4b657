import type { RegularSeries } from '../../metrics/series/metric-series.ts';
import { median } from '../../shared/maths/averages.ts';
import { finite } from '../../shared/maths/finite.ts';
import { HOUR_SECONDS } from '../../shared/time.ts';
import { robustSlope } from './robust-slope.ts';

/** Evidence of a leak: growth with uptime that a restart gives back. */
export interface LeakFinding {
  readonly leaking: boolean;
  /** Median growth per hour of uptime over the periods between restarts. */
  readonly perHour: number;
  /** Periods between restarts that were long enough to judge, and those that grew significantly. */
  readonly stretches: number;
  readonly growing: number;
  /** Median decrease at a restart, positive if memory was released; null without a restart. */
  readonly givenBack: number | null;
}

/** Number of blocks of a period, so that the slope is cheap and robust. */
const BLOCKS = 24;
const MIN_POINTS = 12;
/** Minimum share of growing periods. */
const MIN_GROWING = 2 / 3;
/** Minimum growth over a period, as a share of its level. */
const NOTABLE_GROWTH = 0.02;

interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Periods between restarts: uptime falls only at a restart. */
const stretchesOf = (uptime: Float64Array, length: number): Stretch[] => {
  const stretches: Stretch[] = [];
  let [from, before] = [0, Number.NaN];
  for (let i = 0; i < length; i++) {
    if (uptime[i]! < before) {
      stretches.push({ from, to: i });
      from = i;
    }
    if (Number.isFinite(uptime[i])) before = uptime[i]!;
  }
  return [...stretches, { from, to: length }];
};

/** Medians of up to 24 blocks of a period against hours since its start. */
const blockMedians = ({ values, stepSeconds }: RegularSeries, { from, to }: Stretch) => {
  const size = Math.max(1, Math.ceil((to - from) / BLOCKS));
  const [hours, medians]: [number[], number[]] = [[], []];
  for (let start = from; start < to; start += size) {
    const observed = [...values.subarray(start, Math.min(to, start + size))].filter(Number.isFinite);
    if (observed.length === 0) continue;
    hours.push(((start - from + size / 2) * stepSeconds) / HOUR_SECONDS);
    medians.push(median(observed));
  }
  return { hours, medians };
};

const judge = (metric: RegularSeries, stretch: Stretch) => {
  const { hours, medians } = blockMedians(metric, stretch);
  const line = robustSlope(hours, medians);
  if (line === null) return null;
  const grown = line.slope * (hours.at(-1)! - hours[0]!);
  const notable = grown > NOTABLE_GROWTH * Math.abs(line.intercept);
  return { slope: line.slope, growing: line.low > 0 && notable, first: medians[0]!, last: medians.at(-1)! };
};

/**
 * Detects a leak: the robust slope against uptime (same grid, same start) is positive in most periods between
 * restarts, and restarts release something. Null if no period is long enough to judge.
 */
export const detectLeak = (metric: RegularSeries, uptime: RegularSeries): LeakFinding | null => {
  const length = Math.min(metric.values.length, uptime.values.length);
  const judged = stretchesOf(uptime.values, length)
    .filter(({ from, to }) => to - from >= MIN_POINTS)
    .map((stretch) => judge(metric, stretch))
    .filter((result) => result !== null);
  if (judged.length === 0) return null;
  const falls = judged.slice(1).map(({ first }, i) => finite(judged[i]!.last - first));
  const givenBack = falls.length > 0 ? median(falls) : null;
  const growing = judged.filter((result) => result.growing).length;
  return {
    leaking: growing >= MIN_GROWING * judged.length && (givenBack === null || givenBack > 0),
    perHour: median(judged.map(({ slope }) => slope)),
    stretches: judged.length,
    growing,
    givenBack,
  };
};
