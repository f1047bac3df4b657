/** False announcements on data in which nothing was stopped, and the delay of injected stops. */
import { ALL_METRICS } from '../../../core/anomalies/silence/silence-alerts.ts';
import { gapsOf, intervalOf, minSilence } from '../../../core/metrics/reporting/reporting-pattern.ts';
import { sortedQuantile } from '../../../core/shared/maths/order-statistics.ts';
import { DAY_SECONDS, HOUR_SECONDS, WEEK_SECONDS } from '../../../core/shared/time.ts';
import { seededRandom } from '../../shared/seeded-random.ts';
import type { RealFleet, RealTarget } from './real-targets.ts';
import { type Announcement, alignFleet, replayFleet, spanOf } from './replay.ts';

/** Announcements of the check on untouched data. */
export interface UntouchedFigures {
  readonly targetWeeks: number;
  /** Announced interruptions: gaps such as the series has less than once a week. */
  readonly interruptions: number;
  /** Announced although the series pauses as long at least once a week. */
  readonly falseAlarms: number;
  readonly falsePerTargetWeek: number;
  /** Interruptions of three intervals, at least 15 minutes, in the data. */
  readonly interruptionsInData: number;
}

/** How soon stops were announced, from the last point, in usual intervals of the series and in minutes. */
export interface StopFigures {
  readonly injected: number;
  readonly found: number;
  readonly medianIntervals: number;
  readonly p95Intervals: number;
  readonly medianMinutes: number;
  readonly p95Minutes: number;
}

export interface SilenceFigures {
  readonly name: string;
  readonly targets: number;
  readonly untouched: UntouchedFigures;
  readonly stoppedTargets: StopFigures;
  /** Undefined if the targets of the source have one metric each. */
  readonly vanishedMetrics: StopFigures | undefined;
}

const STOP_SECONDS = 12 * HOUR_SECONDS;
/** Stops are injected at random times of these days of each target. */
const STOP_DAYS = [9, 14, 19] as const;
const STOPS_UNTIL_DAYS = 21;

const timesOf = ({ points }: RealTarget, metric: string): readonly number[] =>
  metric === ALL_METRICS
    ? [...new Set([...points.values()].flat())].sort((a, b) => a - b)
    : (points.get(metric) ?? []);

const weeksOf = (target: RealTarget): number => {
  const [first, last] = spanOf(target);
  return (last - first) / WEEK_SECONDS;
};

/** True if the series pauses as long as in the gap after `since` at least once a week, over its whole life. */
const isUsualGap = (target: RealTarget, { metric, since }: Announcement): boolean => {
  const times = timesOf(target, metric);
  const own = (times.find((at) => at > since) ?? Number.POSITIVE_INFINITY) - since;
  const others = gapsOf(times).filter((gap) => gap >= own).length - 1;
  return others >= Math.max(1, weeksOf(target));
};

const interruptionsOf = (target: RealTarget): number => {
  const times = timesOf(target, ALL_METRICS);
  const limit = minSilence(intervalOf(times) ?? 0);
  return gapsOf(times).filter((gap) => gap > limit).length;
};

const untouchedFigures = async (fleet: RealFleet): Promise<UntouchedFigures> => {
  const byId = new Map(fleet.targets.map((target) => [target.targetId, target]));
  const announced = await replayFleet(fleet);
  const falseAlarms = announced.filter((one) => {
    const target = byId.get(one.targetId);
    return target !== undefined && isUsualGap(target, one);
  }).length;
  const targetWeeks = fleet.targets.reduce((sum, target) => sum + weeksOf(target), 0);
  return {
    targetWeeks,
    interruptions: announced.length - falseAlarms,
    falseAlarms,
    falsePerTargetWeek: falseAlarms / targetWeeks,
    interruptionsInData: fleet.targets.reduce((sum, target) => sum + interruptionsOf(target), 0),
  };
};

/** A stop of a target, or of one of its metrics. */
interface Stop {
  readonly targetId: string;
  readonly metric: string;
  readonly lastPoint: number;
  readonly interval: number;
}

const withoutPoints = (times: readonly number[], from: number): readonly number[] =>
  times.filter((at) => at <= from || at > from + STOP_SECONDS);

const stopAt = (target: RealTarget, metric: string, at: number): Stop | undefined => {
  const times = timesOf(target, metric);
  const lastPoint = times.findLast((time) => time <= at);
  const next = times.find((time) => time > at);
  const interval = intervalOf(times);
  // Only a series that was reporting can be stopped.
  const isReporting = lastPoint !== undefined && next !== undefined && interval !== undefined;
  if (!isReporting || next - lastPoint > 2 * interval || spanOf(target)[1] < at + STOP_SECONDS)
    return undefined;
  return { targetId: target.targetId, metric, lastPoint, interval };
};

const inject = (fleet: RealFleet, ofMetrics: boolean, seed: number): { fleet: RealFleet; stops: Stop[] } => {
  const random = seededRandom(seed);
  const stops: Stop[] = [];
  const targets = fleet.targets.map((target): RealTarget => {
    const [first] = spanOf(target);
    let points = target.points;
    for (const day of STOP_DAYS) {
      const names = [...points.keys()];
      const metric = ofMetrics ? names[Math.floor(random() * names.length)]! : ALL_METRICS;
      const stop = stopAt({ ...target, points }, metric, first + Math.floor((day + random()) * DAY_SECONDS));
      if (stop === undefined) continue;
      stops.push(stop);
      points = new Map(
        [...points].map(([name, times]) => [
          name,
          ofMetrics && name !== metric ? times : withoutPoints(times, stop.lastPoint),
        ]),
      );
    }
    return { ...target, points };
  });
  return { fleet: { ...fleet, targets }, stops };
};

const stopFigures = async (whole: RealFleet, ofMetrics: boolean, seed: number): Promise<StopFigures> => {
  const { fleet, stops } = inject(whole, ofMetrics, seed);
  const start = Math.min(...fleet.targets.map((target) => spanOf(target)[0]));
  const announced = await replayFleet(fleet, start + (7 + STOPS_UNTIL_DAYS) * DAY_SECONDS);
  const delays = stops.flatMap(({ targetId, metric, lastPoint, interval }) => {
    const found = announced.find(
      (one) => one.targetId === targetId && one.metric === metric && one.since === lastPoint,
    );
    return found === undefined ? [] : [{ seconds: found.at - lastPoint, interval }];
  });
  const intervals = Float64Array.from(delays, ({ seconds, interval }) => seconds / interval).sort();
  const minutes = Float64Array.from(delays, ({ seconds }) => seconds / 60).sort();
  return {
    injected: stops.length,
    found: delays.length,
    medianIntervals: sortedQuantile(intervals, 0.5),
    p95Intervals: sortedQuantile(intervals, 0.95),
    medianMinutes: sortedQuantile(minutes, 0.5),
    p95Minutes: sortedQuantile(minutes, 0.95),
  };
};

export const silenceFigures = async (real: RealFleet, seed: number): Promise<SilenceFigures> => {
  const fleet = alignFleet(real);
  const hasMetrics = fleet.targets.some(({ points }) => points.size > 1);
  return {
    name: fleet.name,
    targets: fleet.targets.length,
    untouched: await untouchedFigures(fleet),
    stoppedTargets: await stopFigures(fleet, false, seed),
    vanishedMetrics: hasMetrics ? await stopFigures(fleet, true, seed + 1) : undefined,
  };
};
