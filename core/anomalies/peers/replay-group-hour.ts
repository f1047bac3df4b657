/** Shows an hour of a group to its comparisons, moment by moment. */

import { anomalyThresholdOf, detectionModeOf } from '../../platform/settings/apply-settings.ts';
import type { Settings } from '../../platform/settings/settings.ts';
import { HOUR_SECONDS } from '../../shared/time.ts';
import { type PeerDeparture, PeerDetector, type PeerReturn } from '../engine/peer-detector.ts';
import type { GroupDetectors } from './group-detectors.ts';
import { MOMENT_SECONDS, MOMENTS_PER_HOUR, type TargetMoments } from './hour-moments.ts';

/** Metrics of a group beyond these are not compared: the first by name stay. */
export const MAX_METRICS = 300;
/** A moment is compared once so large a share of those that report has reported it. */
const ENOUGH_SHARE = 0.8;
/** Nobody is waited for any longer than this. */
const WAIT_SECONDS = 600;
/** Targets silent for longer are not waited for. */
const REPORTING_SECONDS = 1800;

/** An hour of a group, by target. */
export type GroupHour = ReadonlyMap<string, TargetMoments>;

export interface GroupContext {
  readonly tenantId: string;
  readonly settings: Settings;
}

export interface MetricDeparture extends PeerDeparture {
  readonly metric: string;
}
export interface MetricReturn extends PeerReturn {
  readonly metric: string;
}
export interface GroupChanges {
  readonly departures: readonly MetricDeparture[];
  readonly returns: readonly MetricReturn[];
}

/**
 * How many moments of an hour can be compared at `now` (epoch seconds): those over, of which most targets that report
 * have reported, or which nobody is waited for any more. Senders' clocks differ, and some report late.
 */
export const readyMoments = (hour: number, group: GroupHour, now: number): number => {
  const newest = [...group.values()].map((moments) => moments.newest);
  const reporting = newest.filter((at) => at > now - REPORTING_SECONDS);
  const isReady = (moment: number): boolean => {
    const start = hour * HOUR_SECONDS + moment * MOMENT_SECONDS;
    const end = start + MOMENT_SECONDS;
    if (now < end) return false;
    const reported = reporting.filter((at) => at >= start).length;
    return now >= end + WAIT_SECONDS || reported >= ENOUGH_SHARE * reporting.length;
  };
  let ready = 0;
  while (ready < MOMENTS_PER_HOUR && isReady(ready)) ready++;
  return ready;
};

const byName = (a: string, b: string): number => (a < b ? -1 : 1);

const watchedMetrics = (watch: GroupDetectors, group: GroupHour): string[] => {
  const present = new Set([...group.values()].flatMap(({ metrics }) => [...metrics.keys()]));
  const unknown = [...present].filter((metric) => !watch.comparisons.has(metric)).sort(byName);
  const room = Math.max(0, MAX_METRICS - watch.comparisons.size);
  const known = [...present].filter((metric) => watch.comparisons.has(metric));
  return [...known, ...unknown.slice(0, room)].sort(byName);
};

const feedMetric = (
  comparison: PeerDetector,
  hour: number,
  series: readonly (readonly [targetId: string, means: Float64Array])[],
  moments: number,
  thresholdOf: (targetId: string) => number | undefined,
): { departures: PeerDeparture[]; returns: PeerReturn[] } => {
  const departures: PeerDeparture[] = [];
  const returns: PeerReturn[] = [];
  for (let moment = 0; moment < moments; moment++) {
    const values = new Map<string, number>();
    for (const [targetId, means] of series)
      if (Number.isFinite(means[moment])) values.set(targetId, means[moment]!);
    // A moment's last second: points lie on round ones, and an anomaly is known by its second.
    const news = comparison.next(
      hour * HOUR_SECONDS + (moment + 1) * MOMENT_SECONDS - 1,
      values,
      thresholdOf,
    );
    departures.push(...news.departures);
    returns.push(...news.returns);
  }
  return { departures, returns };
};

/** Shows the first `moments` of an hour to a group's comparisons. Hours must come in order. */
export const replayGroupHour = (
  watch: GroupDetectors,
  hour: number,
  group: GroupHour,
  { settings }: GroupContext,
  moments = MOMENTS_PER_HOUR,
): GroupChanges => {
  const targets = [...group].sort(([a], [b]) => byName(a, b));
  const news = watchedMetrics(watch, group).map((metric) => {
    const series = targets.flatMap(([targetId, { metrics }]) => {
      const means = metrics.get(metric);
      const isOff = detectionModeOf(settings, { targetId, metric }) === 'off';
      return means === undefined || isOff ? [] : [[targetId, means] as const];
    });
    const comparison = watch.comparisons.get(metric) ?? new PeerDetector();
    watch.comparisons.set(metric, comparison);
    const found = feedMetric(comparison, hour, series, moments, (targetId) =>
      anomalyThresholdOf(settings, { targetId, metric }),
    );
    return {
      departures: found.departures.map((departure) => ({ ...departure, metric })),
      returns: found.returns.map((back) => ({ ...back, metric })),
    };
  });
  return {
    departures: news.flatMap(({ departures }) => departures),
    returns: news.flatMap(({ returns }) => returns),
  };
};
