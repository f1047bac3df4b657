/** Finds targets that stopped sending, and the silences that are worth announcing. Times in epoch seconds. */
import { detectStep } from '../../metrics/series/detect-step.ts';
import type { Target } from '../../metrics/targets/target.ts';
import { DAY_SECONDS, isoOfSeconds } from '../../shared/time.ts';

/** No target counts as silent before this, even if it sends often: collectors restart, and networks have outages. */
export const MIN_SILENCE_SECONDS = 900;
/** A target is silent after this many of its usual intervals. */
const SILENT_INTERVALS = 3;
/** Targets silent for longer are gone: they were announced a day ago. */
export const GONE_SECONDS = DAY_SECONDS;
/** Min number of targets in a group. */
const MIN_GROUP = 3;
/** Targets whose last points lie within this of each other fell silent together. */
const TOGETHER_SECONDS = 900;
/** If this share of a profile's targets is gone, it is autoscaled, and only a joint silence is announced. */
const CHURN_SHARE = 0.2;
const JOINT_SHARE = 0.5;

/** The properties of a target that are known without reading its points. */
export type SeenTarget = Pick<Target, 'targetId' | 'profile' | 'lastSeen'>;

/** The rhythm of a target's recent points. */
export interface Activity {
  readonly targetId: string;
  readonly lastPoint: number;
  /** Seconds between the points of its most frequent metric; undefined if no metric has two. */
  readonly interval: number | undefined;
  /** The longest time, in seconds, that it sent nothing between two points. */
  readonly longestGap: number;
}

/** A target that stopped sending. */
export interface Silence extends Activity {
  readonly interval: number;
  /** Time at which the silence became unusual; the same in every check. */
  readonly silentAt: number;
  /** The targets that fell silent with it, itself included. */
  readonly together: number;
  /** Shared by the targets that fell silent together. */
  readonly causeKey: string;
}

/**
 * Seconds after its last point at which a target counts as silent: three intervals, and longer than it paused before
 * (a nightly job sends every minute for an hour, and then nothing for 23). Infinite if its rhythm is unknown.
 */
export const patienceOf = ({ interval = Number.POSITIVE_INFINITY, longestGap }: Activity): number =>
  Math.max(MIN_SILENCE_SECONDS, SILENT_INTERVALS * interval, longestGap);

const longestGapIn = (timestamps: readonly number[]): number =>
  timestamps.slice(1).reduce((longest, at, i) => Math.max(longest, at - timestamps[i]!), 0);

/** A target's activity from the times of its recent points, by metric; undefined if it has none. */
export const activityOf = (
  targetId: string,
  timestampsByMetric: Iterable<readonly number[]>,
): Activity | undefined => {
  const metrics = [...timestampsByMetric];
  const all = [...new Set(metrics.flat())].sort((a, b) => a - b);
  const lastPoint = all.at(-1);
  if (lastPoint === undefined) return undefined;
  const intervals = metrics.filter(({ length }) => length > 1).map(detectStep);
  const interval = intervals.length === 0 ? undefined : Math.min(...intervals);
  return { targetId, lastPoint, interval, longestGap: longestGapIn(all) };
};

/** True if a target was quiet for longer than a few hours of its points explain: more of them may. */
export const isQuiet = ({ lastPoint, interval = 0 }: Activity, now: number): boolean =>
  now - lastPoint > Math.max(MIN_SILENCE_SECONDS, SILENT_INTERVALS * interval);

/** Targets that may be silent: their registered `lastSeen` lags behind their newest point, so their points decide. */
export const maybeSilent = (targets: readonly SeenTarget[], now: number): readonly SeenTarget[] =>
  targets.filter(({ lastSeen }) => lastSeen <= now - MIN_SILENCE_SECONDS && lastSeen > now - GONE_SECONDS);

const isSilent = (activity: Activity, now: number): activity is Activity & { readonly interval: number } => {
  const silence = now - activity.lastPoint;
  return silence > patienceOf(activity) && silence < GONE_SECONDS;
};

/** Splits activities, ordered by last point, wherever two neighbours are further apart than `TOGETHER_SECONDS`. */
const clusters = <One extends Activity>(silent: readonly One[]): readonly (readonly One[])[] => {
  const found: One[][] = [];
  for (const one of [...silent].sort((a, b) => a.lastPoint - b.lastPoint)) {
    const current = found.at(-1);
    if (current !== undefined && one.lastPoint - current.at(-1)!.lastPoint <= TOGETHER_SECONDS)
      current.push(one);
    else found.push([one]);
  }
  return found;
};

/** The targets of profiles that lose targets as a matter of course, such as autoscaled ones. */
const ofChurningProfiles = (targets: readonly SeenTarget[], now: number): ReadonlyMap<string, number> => {
  const live = new Map<string, number>();
  for (const own of Map.groupBy(targets, ({ profile }) => profile).values()) {
    const gone = own.filter(({ lastSeen }) => lastSeen <= now - GONE_SECONDS).length;
    if (gone < MIN_GROUP || gone < CHURN_SHARE * own.length) continue;
    for (const { targetId } of own) live.set(targetId, own.length - gone);
  }
  return live;
};

/**
 * The silences to announce. A target of a profile that loses targets all the time is only announced if half of the
 * profile's live targets fell silent with it.
 * @param targets all targets of the tenant, those gone included
 * @param activities of the targets that `maybeSilent` names
 */
export const findSilences = (
  tenantId: string,
  targets: readonly SeenTarget[],
  activities: readonly Activity[],
  now: number,
): readonly Silence[] => {
  const churning = ofChurningProfiles(targets, now);
  return clusters(activities.filter((one) => isSilent(one, now))).flatMap((cluster) => {
    const news = cluster.filter(({ targetId }) => {
      const live = churning.get(targetId);
      return live === undefined || cluster.length >= Math.max(MIN_GROUP, JOINT_SHARE * live);
    });
    // The first one names the cause: it stays the first while others fall silent after it.
    const causeKey = `silence:${tenantId}:${isoOfSeconds(cluster[0]!.lastPoint)}`;
    return news.map((one) => ({
      ...one,
      silentAt: one.lastPoint + patienceOf(one),
      together: news.length,
      causeKey,
    }));
  });
};
