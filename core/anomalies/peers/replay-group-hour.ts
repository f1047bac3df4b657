/** Replays an hour of a group on its detectors, moment by moment. */

import { anomalyThresholdOf, detectionModeOf } from '../../platform/settings/apply-settings.ts';
import type { Settings } from '../../platform/settings/settings.ts';
import { HOUR_SECONDS } from '../../shared/time.ts';
import { type PeerDeparture, PeerDetector, type PeerReturn } from '../engine/peer-detector.ts';
import type { GroupDetectors } from './group-detectors.ts';
import { MOMENT_SECONDS, MOMENTS_PER_HOUR, type TargetMoments } from './hour-moments.ts';

/** Max number of metrics compared in a group; the first by name. */
export const MAX_METRICS = 300;
/** A moment is ready to compare when this share of the reporting targets has reported it. */
const ENOUGH_SHARE = 0.8;
/** Max time to wait for late targets. */
const WAIT_SECONDS = 600;
/** Targets without points for longer are not waited for. */
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
 * Number of moments of an hour that can be compared at `now` (epoch seconds): moments that are over and that most
 * reporting targets have reported, or for which the waiting time is over. Clocks differ, and some targets report late.
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

const trackedMetrics = (detectors: GroupDetectors, group: GroupHour): string[] => {
  const present = new Set([...group.values()].flatMap(({ metrics }) => [...metrics.keys()]));
  const unknown = [...present].filter((metric) => !detectors.comparisons.has(metric)).sort(byName);
  const room = Math.max(0, MAX_METRICS - detectors.comparisons.size);
  const known = [...present].filter((metric) => detectors.comparisons.has(metric));
  return [...known, ...unknown.slice(0, room)].sort(byName);
};

const replayMetric = (
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
    // The last second of the moment, to differ from the timestamps of points, because the timestamp identifies an anomaly.
    const changes = comparison.next(
      hour * HOUR_SECONDS + (moment + 1) * MOMENT_SECONDS - 1,
      values,
      thresholdOf,
    );
    departures.push(...changes.departures);
    returns.push(...changes.returns);
  }
  return { departures, returns };
};

/** Replays the first `moments` of an hour on the detectors of a group. Hours must come in order. */
export const replayGroupHour = (
  detectors: GroupDetectors,
  hour: number,
  group: GroupHour,
  { settings }: GroupContext,
  moments = MOMENTS_PER_HOUR,
): GroupChanges => {
  const targets = [...group].sort(([a], [b]) => byName(a, b));
  const news = trackedMetrics(detectors, group).map((metric) => {
    const series = targets.flatMap(([targetId, { metrics }]) => {
      const means = metrics.get(metric);
      const isOff = detectionModeOf(settings, { targetId, metric }) === 'off';
      return means === undefined || isOff ? [] : [[targetId, means] as const];
    });
    const comparison = detectors.comparisons.get(metric) ?? new PeerDetector();
    detectors.comparisons.set(metric, comparison);
    const found = replayMetric(comparison, hour, series, moments, (targetId) =>
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
