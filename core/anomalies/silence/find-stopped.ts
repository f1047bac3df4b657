/**
 * Finds the targets of a tenant that stopped sending and the metrics that vanished, from their points. Every check
 * glances at two hours of every target; only what these hours do not explain is looked up in the last day, and what that
 * does not explain in the last eight days, which show weekly pauses.
 */
import { GONE_SECONDS, reportingPatternOf } from '../../metrics/reporting/reporting-pattern.ts';
import { inParallel } from '../../shared/in-parallel.ts';
import { DAY_SECONDS, HOUR_SECONDS } from '../../shared/time.ts';
import { type Activity, allowedTargetSilence, isQuiet, isSilent, metricActivityOf } from './activity.ts';
import { type AllowedSilenceCache, silenceName } from './allowed-silence-cache.ts';
import type { SeenTarget } from './find-silences.ts';
import { allowedMetricSilence, doubtfulMetrics, type Vanished, vanishedIn } from './find-vanished.ts';
import { IngestionTally } from './ingestion-tally.ts';
import type { OpenSilences } from './open-silences.ts';
import { glanceAt, type PointDeps, readActivity, withBudget } from './read-points.ts';

export interface StoppedDeps extends PointDeps {
  readonly allowedSilences: AllowedSilenceCache;
}

/** A target with the names of its metrics. */
export interface WatchedTarget extends SeenTarget {
  readonly metrics: readonly string[];
  readonly pointsPerHour?: number | undefined;
}

/** Result of one check. */
export interface FoundStops {
  /** Targets that fell silent and are not announced yet. */
  readonly silent: readonly Activity[];
  readonly vanished: readonly Vanished[];
  /** Newest point of each target that sent in this hour or the one before. */
  readonly lastPoints: ReadonlyMap<string, number>;
  /** First points after an open silence, by `openKey`. */
  readonly returns: ReadonlyMap<string, number>;
  readonly tally: IngestionTally;
}

const DAY_READ = 26 * HOUR_SECONDS;
const WEEK_READ = 8 * DAY_SECONDS;
const READS_AT_ONCE = 8;
/** Beyond these numbers, targets did not all pause as usual: they are announced. */
const MAX_DAYS = 1000;
const MAX_WEEKS = 300;
/** Targets whose metrics are looked up in one check; the next check continues. */
const MAX_METRIC_DAYS = 300;

interface Doubts {
  readonly quiet: {
    readonly target: WatchedTarget;
    readonly lastPoint: number | undefined;
    /** Its activity if two hours alone show a silence, without times: those of thousands of targets do not fit. */
    readonly glanced: Activity | undefined;
  }[];
  readonly partial: {
    readonly target: WatchedTarget;
    readonly lastPoint: number;
    readonly metrics: readonly string[];
  }[];
}

/** Targets not seen for a day, or for the hour by which the registry may lag behind, are gone. */
export const isLive = ({ lastSeen }: SeenTarget, now: number): boolean =>
  lastSeen > now - GONE_SECONDS - HOUR_SECONDS;

export const findStopped = async (
  deps: StoppedDeps,
  tenantId: string,
  targets: readonly WatchedTarget[],
  open: OpenSilences,
  now: number,
): Promise<FoundStops> => {
  const doubts: Doubts = { quiet: [], partial: [] };
  const lastPoints = new Map<string, number>();
  const returns = new Map<string, number>();
  const tally = new IngestionTally(now);
  const live = targets.filter((target) => isLive(target, now));
  await glanceAt(deps, tenantId, live, now, (target, activity) => {
    if (activity !== undefined) {
      lastPoints.set(target.targetId, activity.lastPoint);
      tally.add(activity);
      for (const [key, at] of open.returnsIn(activity)) returns.set(key, at);
    }
    doubt(deps, tenantId, open, now, doubts, target, activity);
  });
  // While the tenant is silent as a whole, its targets are not looked at one by one.
  const nothingCame = [...lastPoints.values()].every((at) => at <= (open.ofTenant?.since ?? 0));
  const isWhole = open.ofTenant !== undefined && nothingCame;
  const { blocks, isSpent } = withBudget(deps.blocks);
  const limited = { ...deps, blocks, isSpent };
  const silent = isWhole ? [] : await findSilent(limited, tenantId, doubts.quiet, now);
  const vanished = await findVanished(limited, tenantId, doubts.partial, now);
  return { silent, vanished, lastPoints, returns, tally };
};

const glancedSilence = (activity: Activity | undefined, now: number): Activity | undefined =>
  activity && isSilent(activity, now) ? { ...activity, points: new Map(), reports: [] } : undefined;

/** Notes a target, or its metrics, if two hours of points and what is remembered do not explain the silence. */
const doubt = (
  { allowedSilences }: StoppedDeps,
  tenantId: string,
  open: OpenSilences,
  now: number,
  { quiet, partial }: Doubts,
  target: WatchedTarget,
  activity: Activity | undefined,
): void => {
  const { targetId, metrics } = target;
  if (open.isStillSilent(targetId, activity?.lastPoint)) return;
  if (activity === undefined || isQuiet(activity, now)) {
    const absent = activity && now - activity.lastPoint;
    if (!allowedSilences.excuses(silenceName(tenantId, targetId), absent, now))
      quiet.push({ target, lastPoint: activity?.lastPoint, glanced: glancedSilence(activity, now) });
    return;
  }
  const doubtful = doubtfulMetrics(activity, metrics).filter(
    ({ metric, absent, lastPoint }) =>
      !open.isStillAbsent(targetId, metric, lastPoint) &&
      !allowedSilences.excuses(silenceName(tenantId, targetId, metric), absent, now),
  );
  if (doubtful.length === 0) return;
  partial.push({ target, lastPoint: activity.lastPoint, metrics: doubtful.map(({ metric }) => metric) });
};

/** Points in an hour from which a target is dense: a look at its last day takes megabytes. */
const DENSE_POINTS = 3600;

/**
 * The activity of a dense target that sent nothing for two hours, as the registry knows it. Its last point may be an
 * hour newer. There is no time to read the days of all dense targets that stopped while checks did not run.
 */
const registeredSilence = (
  { targetId, lastSeen, metrics, pointsPerHour = 0 }: WatchedTarget,
  now: number,
): Activity | undefined => {
  if (pointsPerHour < DENSE_POINTS) return undefined;
  const interval = Math.max(1, Math.round((HOUR_SECONDS * metrics.length) / pointsPerHour));
  const pattern = reportingPatternOf([], interval);
  const activity = { targetId, lastPoint: lastSeen, points: new Map(), reports: [], ...pattern };
  return isSilent(activity, now) ? activity : undefined;
};

const defined = <One>(one: One | undefined): one is One => one !== undefined;

/** True once so many bytes were read that the rest is judged by what is known. */
interface Limited extends StoppedDeps {
  readonly isSpent: () => boolean;
}

const findSilent = async (
  deps: Limited,
  tenantId: string,
  quiet: Doubts['quiet'],
  now: number,
): Promise<readonly Activity[]> => {
  const looked = await inParallel(READS_AT_ONCE, quiet.slice(0, MAX_DAYS), async (one) => {
    if (deps.isSpent()) return one.glanced ?? registeredSilence(one.target, now);
    const { target, lastPoint = target.lastSeen } = one;
    return silentIn(deps, tenantId, target, lastPoint - DAY_READ, now);
  });
  const overDay = looked.filter(defined);
  const overWeek = await inParallel(READS_AT_ONCE, overDay.slice(0, MAX_WEEKS), async (one) => {
    if (deps.isSpent()) return one;
    const { targetId, lastPoint } = one;
    return silentIn(deps, tenantId, { targetId, lastSeen: lastPoint }, lastPoint - WEEK_READ, now);
  });
  const beyond = quiet
    .slice(MAX_DAYS)
    .map(({ target, glanced }) => glanced ?? registeredSilence(target, now));
  return [...overWeek, ...overDay.slice(MAX_WEEKS), ...beyond].filter(defined);
};

/** The activity of a target if it is silent; otherwise its allowed silence is remembered. */
const silentIn = async (
  deps: StoppedDeps,
  tenantId: string,
  { targetId, lastSeen }: Pick<SeenTarget, 'targetId' | 'lastSeen'>,
  from: number,
  now: number,
): Promise<Activity | undefined> => {
  const activity = await readActivity(deps, tenantId, targetId, from, now);
  if (activity !== undefined && isSilent(activity, now)) return activity;
  const isGone = activity === undefined || now - activity.lastPoint >= GONE_SECONDS;
  const allowed = isGone ? Number.POSITIVE_INFINITY : allowedTargetSilence(activity, now);
  deps.allowedSilences.learn(silenceName(tenantId, targetId), activity?.lastPoint ?? lastSeen, allowed, now);
  return undefined;
};

const findVanished = async (
  deps: Limited,
  tenantId: string,
  partial: Doubts['partial'],
  now: number,
): Promise<readonly Vanished[]> => {
  const found = await inParallel(READS_AT_ONCE, partial.slice(0, MAX_METRIC_DAYS), async (one) => {
    if (deps.isSpent()) return [];
    const overDay = await vanishedFrom(deps, tenantId, one, one.lastPoint - DAY_READ, now);
    return overDay.length === 0 ? [] : vanishedFrom(deps, tenantId, one, one.lastPoint - WEEK_READ, now);
  });
  return found.flat();
};

/** The doubtful metrics of a target that vanished; of the others, the allowed silence is remembered. */
const vanishedFrom = async (
  deps: StoppedDeps,
  tenantId: string,
  { target: { targetId }, metrics }: Doubts['partial'][number],
  from: number,
  now: number,
): Promise<readonly Vanished[]> => {
  const activity = await readActivity(deps, tenantId, targetId, from, now);
  if (activity === undefined) return [];
  const wanted = new Set(metrics);
  const vanished = vanishedIn(activity, now).filter(({ metric }) => wanted.has(metric));
  const lost = new Set(vanished.map(({ metric }) => metric));
  for (const metric of metrics) {
    if (lost.has(metric)) continue;
    const one = metricActivityOf(activity, metric);
    const isOver = one === undefined || one.absent >= allowedMetricSilence(one);
    const allowed = isOver ? Number.POSITIVE_INFINITY : allowedMetricSilence(one);
    deps.allowedSilences.learn(silenceName(tenantId, targetId, metric), one?.lastPoint ?? from, allowed, now);
  }
  return vanished;
};
