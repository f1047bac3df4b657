/** Chooses the metrics of a target that are judged together, and aligns their points. */

import type { Block } from '../../metrics/blocks/block.ts';
import { upperMedian } from '../../shared/maths/averages.ts';
import { DAY_SECONDS, HOUR_SECONDS } from '../../shared/time.ts';
import { MAX_COMBINED, MIN_COMBINED, type Moment } from '../engine/combination-detector.ts';
import type { ObservedPoint } from './observed-point.ts';
import type { TrackedSeries } from './tracked-series.ts';

/** Max step of a metric relative to the usual step: the other metrics would have to wait for a sparser one. */
const MAX_STEP_RATIO = 2;

/** Metrics that are judged together, and the max distance in time of their points. */
export interface CombinedMetrics {
  /** In order of their names. */
  readonly metrics: readonly string[];
  readonly stepSeconds: number;
}

const spacingOf = ({ first, newest, points }: TrackedSeries): number =>
  (newest - first) / Math.max(1, points - 1);

const isVarying = (series: TrackedSeries): boolean => {
  const band = series.expected(series.newest);
  return band !== undefined && band.lower < band.upper;
};

const isReporting = ({ newest }: TrackedSeries, hourEnd: number): boolean => newest >= hourEnd - DAY_SECONDS;

/** True for a metric with a full detector, known for a day, still reporting, and not constant. */
const isCandidate = (series: TrackedSeries, hourEnd: number): boolean =>
  series.variant === 'full' &&
  isReporting(series, hourEnd) &&
  series.newest - series.first >= DAY_SECONDS &&
  isVarying(series);

/** Usual distance in time of the points of these metrics within one hour; an hour if there is at most one point. */
const stepOf = (block: Block, metrics: readonly string[]): number => {
  const steps = metrics.map((metric) => {
    const offsets = block.get(metric)?.offsets ?? Uint16Array.of();
    const gaps = Array.from(offsets.subarray(1), (offset, i) => offset - offsets[i]!);
    return gaps.length === 0 ? HOUR_SECONDS : upperMedian(gaps);
  });
  return Math.max(...steps);
};

/** The combination to choose if none exists yet: the first metrics by name, at most sixteen. */
const choose = (
  series: Iterable<TrackedSeries>,
  hourEnd: number,
  block: Block,
): CombinedMetrics | undefined => {
  const candidates = [...series].filter((one) => isCandidate(one, hourEnd));
  const usual = upperMedian(candidates.map(spacingOf));
  const metrics = candidates
    .filter((one) => spacingOf(one) <= MAX_STEP_RATIO * usual)
    .map(({ metric }) => metric)
    .sort((a, b) => (a < b ? -1 : 1))
    .slice(0, MAX_COMBINED);
  return metrics.length < MIN_COMBINED ? undefined : { metrics, stepSeconds: stepOf(block, metrics) };
};

/**
 * Plans the combination after an hour (ending at `hourEnd`, epoch seconds) was learned. A combination is kept until one of
 * its metrics had no points for a day, or there is room for another metric.
 */
export const planCombination = (
  known: CombinedMetrics | undefined,
  series: ReadonlyMap<string, TrackedSeries>,
  hourEnd: number,
  block: Block,
): CombinedMetrics | undefined => {
  const wanted = choose(series.values(), hourEnd, block);
  if (known === undefined) return wanted;
  const isWhole = known.metrics.every((metric) => {
    const one = series.get(metric);
    return one !== undefined && isReporting(one, hourEnd);
  });
  if (!isWhole) return wanted;
  const isMore =
    wanted !== undefined &&
    wanted.metrics.length > known.metrics.length &&
    known.metrics.every((metric) => wanted.metrics.includes(metric));
  return isMore ? wanted : known;
};

/** A moment with its points, in the order of the metrics. */
export interface ObservedMoment extends Moment {
  readonly points: readonly ObservedPoint[];
}

const momentOf = (points: readonly ObservedPoint[]): ObservedMoment => ({
  timestamp: Math.min(...points.map(({ timestamp }) => timestamp)),
  values: points.map(({ value }) => value),
  differences: points.map(({ difference }) => difference),
  points,
});

/**
 * The moments of one hour (starting at `hourStart`, epoch seconds) at which all metrics reported, in order. Points of the
 * same step belong together; the first of each metric counts. Later points do not change complete moments.
 */
export const alignMoments = (
  { metrics, stepSeconds }: CombinedMetrics,
  hourStart: number,
  seen: ReadonlyMap<string, readonly ObservedPoint[]>,
): ObservedMoment[] => {
  const steps = metrics.map((metric) => {
    const first = new Map<number, ObservedPoint>();
    for (const point of seen.get(metric) ?? []) {
      const step = Math.floor((point.timestamp - hourStart) / stepSeconds);
      if (!first.has(step)) first.set(step, point);
    }
    return first;
  });
  return [...steps[0]!.keys()].flatMap((step) => {
    const points = steps.map((first) => first.get(step));
    return points.every((point) => point !== undefined) ? [momentOf(points)] : [];
  });
};
