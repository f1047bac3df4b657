/** Finds the metrics that stopped coming while their target still sends. Times in epoch seconds. */
import { wordsOf } from '../../metrics/meaning/metric-meaning.ts';
import { allowedSilenceOf, GONE_SECONDS, minSilence } from '../../metrics/reporting/reporting-pattern.ts';
import {
  type Activity,
  absentSince,
  type MetricActivity,
  metricActivityOf,
  reportedTime,
} from './activity.ts';
import { clusters } from './clusters.ts';

/** A metric that came fewer times has no pattern yet. */
const MIN_POINTS = 4;
/** A metric that comes with fewer of the target's reports appears on occasion, such as a counter of errors. */
const MIN_PRESENCE = 0.8;
/** A target that lost metrics at this many earlier times names them after short-lived things, such as containers. */
const CHURNING_TIMES = 3;
/** Of the metrics of such a target, this share must vanish together. */
const JOINT_SHARE = 0.5;
/** So many new names replace the vanished ones even if the names have no word in common. */
const MIN_RENAMED = 3;
const RENAMED_SHARE = 0.5;

/** A metric that stopped coming. */
export interface Vanished {
  readonly targetId: string;
  readonly metric: string;
  readonly lastPoint: number;
  /** Usual seconds between two points. */
  readonly interval: number;
  /** Time at which its absence became unusual; the same in every check. */
  readonly silentAt: number;
  /** Metrics of the target that vanished with it, itself included. */
  readonly withIt: readonly string[];
  /** New metrics that appeared when it vanished; empty if it was not renamed. */
  readonly renamedTo: readonly string[];
}

/** Seconds of reported time after which the absence of a metric is unusual; infinite if it has no steady pattern. */
export const allowedMetricSilence = (one: MetricActivity): number =>
  one.count < MIN_POINTS || one.presence < MIN_PRESENCE ? Number.POSITIVE_INFINITY : allowedSilenceOf(one);

const activitiesIn = (activity: Activity): readonly MetricActivity[] => {
  const times = reportedTime(activity);
  return [...activity.points.keys()]
    .map((metric) => metricActivityOf(activity, metric, times))
    .filter((one) => one !== undefined);
};

/** Metrics that first came while others vanished, and still come. */
const newcomersAt = (
  { points, reports }: Activity,
  all: readonly MetricActivity[],
  from: number,
  until: number,
): readonly string[] =>
  all
    .filter((one) => {
      const first = points.get(one.metric)![0]!;
      return first > reports[0]! && first >= from && first <= until && one.absent < allowedSilenceOf(one);
    })
    .map(({ metric }) => metric);

const shareWord = (a: string, b: string): boolean => {
  const words = new Set(wordsOf(a));
  return wordsOf(b).some((word) => words.has(word));
};

/** The new names of vanished metrics: about as many, or names that have a word in common with the old one. */
const renamed = (
  vanished: readonly MetricActivity[],
  newcomers: readonly string[],
): ReadonlyMap<string, readonly string[]> => {
  const enough = newcomers.length >= Math.max(MIN_RENAMED, RENAMED_SHARE * vanished.length);
  return new Map(
    vanished.map(({ metric }) => {
      const alike = newcomers.filter((other) => shareWord(metric, other));
      return [metric, alike.length > 0 ? alike : enough ? newcomers : []];
    }),
  );
};

/**
 * The metrics of a target that stopped coming within a day. A target that loses metrics all the time is only heard if
 * half of them vanish together.
 * @param activity at least a day of the target's points
 */
export const vanishedIn = (activity: Activity, now: number): readonly Vanished[] => {
  const all = activitiesIn(activity);
  const lost = clusters(all.filter((one) => one.absent >= allowedMetricSilence(one)));
  return lost.flatMap((cluster) => {
    const recent = cluster.filter(({ lastPoint }) => now - lastPoint < GONE_SECONDS);
    const isChurning = lost.length > CHURNING_TIMES;
    const live = all.filter(({ lastPoint }) => lastPoint > cluster.at(-1)!.lastPoint).length;
    const isJoint = recent.length >= JOINT_SHARE * (live + recent.length);
    return isChurning && !isJoint ? [] : vanishedTogether(activity, all, recent);
  });
};

const vanishedTogether = (
  activity: Activity,
  all: readonly MetricActivity[],
  cluster: readonly MetricActivity[],
): readonly Vanished[] => {
  if (cluster.length === 0) return [];
  const allowed = Math.max(...cluster.map(allowedMetricSilence));
  const [first, last] = [cluster[0]!.lastPoint, cluster.at(-1)!.lastPoint];
  const names = renamed(cluster, newcomersAt(activity, all, first - allowed, last + allowed));
  const withIt = cluster.map(({ metric }) => metric).sort();
  return cluster.map((one) => ({
    targetId: activity.targetId,
    metric: one.metric,
    lastPoint: one.lastPoint,
    interval: one.interval!,
    silentAt: absentSince(activity, one.lastPoint, allowedMetricSilence(one)),
    withIt,
    renamedTo: names.get(one.metric) ?? [],
  }));
};

/** Metrics whose absence a few hours of points do not explain, or that are known but have no point in these hours. */
export const doubtfulMetrics = (activity: Activity, known: readonly string[]): readonly Doubt[] => {
  const times = reportedTime(activity);
  return [...new Set([...activity.points.keys(), ...known])].flatMap((metric): Doubt[] => {
    const one = metricActivityOf(activity, metric, times);
    if (one === undefined) return [{ metric, absent: undefined, lastPoint: undefined }];
    const { absent, lastPoint, interval = 0 } = one;
    return absent >= minSilence(interval) ? [{ metric, absent, lastPoint }] : [];
  });
};

/** A metric that may have vanished. */
export interface Doubt {
  readonly metric: string;
  /** Seconds of reported time without it; undefined if it has no point in the hours that were read. */
  readonly absent: number | undefined;
  readonly lastPoint: number | undefined;
}
