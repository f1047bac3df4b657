/** The recent reports of a target: when it sent, and when each of its metrics came. Times in epoch seconds. */
import {
  allowedSilenceOf,
  GONE_SECONDS,
  gapsOf,
  intervalOf,
  minSilence,
  type ReportingPattern,
  reportingPatternOf,
  weeklyAllowedSilence,
} from '../../metrics/reporting/reporting-pattern.ts';
import { DAY_SECONDS } from '../../shared/time.ts';

/** Ascending times of the points of each metric. */
export type PointTimes = ReadonlyMap<string, readonly number[]>;

/** A target that sent something recently, with its reporting pattern over all metrics. */
export interface Activity extends ReportingPattern {
  readonly targetId: string;
  readonly lastPoint: number;
  readonly points: PointTimes;
  /** Ascending times at which it sent anything. */
  readonly reports: readonly number[];
}

/** A target's activity; its interval is that of its most frequent metric. Undefined if it has no points. */
export const activityOf = (targetId: string, points: PointTimes): Activity | undefined => {
  const reports = [...new Set([...points.values()].flat())].sort((a, b) => a - b);
  const lastPoint = reports.at(-1);
  if (lastPoint === undefined) return undefined;
  const intervals = [...points.values()].map(intervalOf).filter((one) => one !== undefined);
  const interval = intervals.length === 0 ? undefined : Math.min(...intervals);
  return { targetId, points, reports, lastPoint, ...reportingPatternOf(gapsOf(reports), interval) };
};

/** True if a target was quiet for longer than a few hours of its points explain: more of them may. */
export const isQuiet = ({ lastPoint, interval = 0 }: Activity, now: number): boolean =>
  now - lastPoint > minSilence(interval);

/** Seconds after the last point at which the silence of a target is unusual, at this time of the week. */
export const allowedTargetSilence = (activity: Activity, now: number): number =>
  Math.max(allowedSilenceOf(activity), weeklyAllowedSilence(activity.reports, activity.interval ?? 0, now));

export const isSilent = (activity: Activity, now: number): boolean => {
  const silence = now - activity.lastPoint;
  return silence > allowedTargetSilence(activity, now) && silence < GONE_SECONDS;
};

/** For each report of a target, the seconds that it had reported by then: its pauses do not count. */
export const reportedTime = ({ reports, interval = 0 }: Activity): readonly number[] => {
  const pause = minSilence(interval);
  const times: number[] = [];
  for (const [i, at] of reports.entries()) {
    const gap = i === 0 ? 0 : at - reports[i - 1]!;
    times.push((times[i - 1] ?? 0) + (gap > pause ? 0 : gap));
  }
  return times;
};

/** A metric that came for so long is judged by the time since it first came, even if its target is older. */
const ESTABLISHED_SECONDS = DAY_SECONDS;

/** A metric of a target, compared with the target's reports. Durations in seconds of reported time. */
export interface MetricActivity extends ReportingPattern {
  readonly metric: string;
  readonly lastPoint: number;
  /** Time that the target reported without it. */
  readonly absent: number;
  /** Share of the target's reports, until its last point, that came with it or within its interval. */
  readonly presence: number;
  readonly count: number;
}

/**
 * The activity of one metric. A metric every hour of a target that sends every minute is present in all of its reports;
 * a counter that appears with errors is present in few.
 */
export const metricActivityOf = (
  activity: Activity,
  metric: string,
  times: readonly number[] = reportedTime(activity),
): MetricActivity | undefined => {
  const points = activity.points.get(metric) ?? [];
  const lastPoint = points.at(-1);
  if (lastPoint === undefined) return undefined;
  const interval = intervalOf(points);
  const fresh = interval ?? 0;
  const gaps: number[] = [];
  let [next, since, present, reports, first] = [0, 0, 0, 0, 0];
  for (const [i, at] of activity.reports.entries()) {
    if (at > lastPoint) break;
    reports++;
    const isPoint = at === points[next];
    const absent = times[i]! - since;
    if (isPoint || (next > 0 && absent < fresh)) present++;
    if (!isPoint) continue;
    if (next > 0) gaps.push(absent);
    else first = i;
    since = times[i]!;
    next++;
  }
  const isOld = since - times[first]! >= ESTABLISHED_SECONDS;
  return {
    ...{ metric, lastPoint, count: points.length, ...reportingPatternOf(gaps, interval) },
    absent: times.at(-1)! - since,
    presence: present / (isOld ? reports - first : reports),
  };
};

/** Time at which the target had reported for `allowed` seconds without a metric last seen at `lastPoint`. */
export const absentSince = (activity: Activity, lastPoint: number, allowed: number): number => {
  const times = reportedTime(activity);
  const from = activity.reports.indexOf(lastPoint);
  const index = times.findIndex((time, i) => i > from && time - times[from]! >= allowed);
  return activity.reports[index] ?? activity.lastPoint;
};
