/** Which metrics of a target are looked at together, and when they are. */

import type { Block } from '../../metrics/blocks/block.ts';
import { upperMedian } from '../../shared/maths/averages.ts';
import { DAY_SECONDS, HOUR_SECONDS } from '../../shared/time.ts';
import { MAX_COMBINED, MIN_COMBINED, type Moment } from '../engine/combination-detector.ts';
import type { ObservedPoint } from './observed-point.ts';
import type { TrackedSeries } from './tracked-series.ts';

/** A metric that reports more seldom than so many times the usual would keep all others waiting. */
const MOST_SPARSE = 2;

/** The metrics that are looked at together, and how far apart their points may lie. */
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

/** Fully watched, known for a day, reporting, and not standing still. */
const isCandidate = (series: TrackedSeries, hourEnd: number): boolean =>
  series.variant === 'full' &&
  isReporting(series, hourEnd) &&
  series.newest - series.first >= DAY_SECONDS &&
  isVarying(series);

/** Usual distance in time of the points of these metrics within one hour; an hour where there is at most one. */
const stepOf = (block: Block, metrics: readonly string[]): number => {
  const steps = metrics.map((metric) => {
    const offsets = block.get(metric)?.offsets ?? Uint16Array.of();
    const gaps = Array.from(offsets.subarray(1), (offset, i) => offset - offsets[i]!);
    return gaps.length === 0 ? HOUR_SECONDS : upperMedian(gaps);
  });
  return Math.max(...steps);
};

/** What would be looked at together now, had nothing been yet: the first metrics by name, at most sixteen. */
const choose = (
  series: Iterable<TrackedSeries>,
  hourEnd: number,
  block: Block,
): CombinedMetrics | undefined => {
  const candidates = [...series].filter((one) => isCandidate(one, hourEnd));
  const usual = upperMedian(candidates.map(spacingOf));
  const metrics = candidates
    .filter((one) => spacingOf(one) <= MOST_SPARSE * usual)
    .map(({ metric }) => metric)
    .sort((a, b) => (a < b ? -1 : 1))
    .slice(0, MAX_COMBINED);
  return metrics.length < MIN_COMBINED ? undefined : { metrics, stepSeconds: stepOf(block, metrics) };
};

/**
 * What is to be looked at together after an hour (ending at `hourEnd`, epoch seconds) was learned. A choice is kept
 * until one of its metrics was silent for a day, or another has come for which there is room.
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

/** A moment with the points it is made of, in the order of the metrics. */
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
 * The moments of one hour (starting at `hourStart`, epoch seconds) at which all metrics reported, in order: points of
 * one step belong together, the first of each metric counts. What comes later changes no moment that is complete.
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
