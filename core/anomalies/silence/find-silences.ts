/** Finds targets that stopped sending, and the silences that are worth announcing. Times in epoch seconds. */
import { detectStep } from '../../metrics/series/detect-step.ts';
import type { Target } from '../../metrics/targets/target.ts';
import { DAY_SECONDS, HOUR_SECONDS, isoOfSeconds } from '../../shared/time.ts';

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

/** Time of a target's last point, and its usual interval. */
export interface Activity {
  readonly targetId: string;
  readonly lastPoint: number;
  /** Seconds between its points. */
  readonly interval: number;
}

/** A target that stopped sending. */
export interface Silence extends Activity {
  /** Time at which the silence became unusual; the same in every check. */
  readonly silentAt: number;
  /** The targets that fell silent with it, itself included. */
  readonly together: number;
  /** Shared by the targets that fell silent together; undefined for one alone. */
  readonly causeKey: string | undefined;
}

/** Seconds after its last point at which a target with this interval counts as silent. */
export const patienceOf = (interval: number): number =>
  Math.max(MIN_SILENCE_SECONDS, SILENT_INTERVALS * interval);

/** A target's activity from the times of its recent points, by metric; undefined if it has none. */
export const activityOf = (
  targetId: string,
  timestampsByMetric: Iterable<readonly number[]>,
): Activity | undefined => {
  let [lastPoint, interval] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const timestamps of timestampsByMetric) {
    const last = timestamps.at(-1);
    if (last === undefined) continue;
    lastPoint = Math.max(lastPoint, last);
    // A single point says nothing about the interval: assume that it is an hourly report.
    interval = Math.min(interval, timestamps.length === 1 ? HOUR_SECONDS : detectStep(timestamps));
  }
  return Number.isFinite(lastPoint) ? { targetId, lastPoint, interval } : undefined;
};

/** Targets that may be silent: their registered `lastSeen` lags behind their newest point, so their points decide. */
export const maybeSilent = (targets: readonly SeenTarget[], now: number): readonly SeenTarget[] =>
  targets.filter(({ lastSeen }) => lastSeen <= now - MIN_SILENCE_SECONDS && lastSeen > now - GONE_SECONDS);

const isSilent = ({ lastPoint, interval }: Activity, now: number): boolean =>
  now - lastPoint > patienceOf(interval) && now - lastPoint < GONE_SECONDS;

/** Splits activities, ordered by last point, wherever two neighbours are further apart than `TOGETHER_SECONDS`. */
const clusters = (silent: readonly Activity[]): readonly (readonly Activity[])[] => {
  const found: Activity[][] = [];
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
    const causeKey =
      news.length < MIN_GROUP ? undefined : `silence:${tenantId}:${isoOfSeconds(news[0]!.lastPoint)}`;
    return news.map((one) => ({
      ...one,
      silentAt: one.lastPoint + patienceOf(one.interval),
      together: news.length,
      causeKey,
    }));
  });
};
