/** Chooses the silences of targets that are worth announcing. Times in epoch seconds. */
import {
  allowedSilenceOf,
  GONE_SECONDS,
  type ReportingPattern,
} from '../../metrics/reporting/reporting-pattern.ts';
import type { Target } from '../../metrics/targets/target.ts';
import { isoOfSeconds } from '../../shared/time.ts';
import { clusters } from './clusters.ts';

/** Min number of targets in a group. */
const MIN_GROUP = 3;
/** If this share of a profile's targets is gone, it is autoscaled, and only a joint silence is announced. */
const CHURN_SHARE = 0.2;
const JOINT_SHARE = 0.5;

/** The properties of a target that are known without reading its points. */
export type SeenTarget = Pick<Target, 'targetId' | 'profile' | 'lastSeen'>;

/** A target that stopped sending. */
export interface Stopped extends ReportingPattern {
  readonly targetId: string;
  readonly lastPoint: number;
}

/** A target that stopped sending, and those that stopped with it. */
export interface Silence extends Stopped {
  /** Time at which the silence became unusual; the same in every check. */
  readonly silentAt: number;
  /** The number of targets that fell silent together, itself included. */
  readonly together: number;
  /** Shared by the targets that fell silent together. */
  readonly causeKey: string;
}

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
 * @param stopped the targets that are silent, known silences included
 */
export const findSilences = (
  tenantId: string,
  targets: readonly SeenTarget[],
  stopped: readonly Stopped[],
  now: number,
): readonly Silence[] => {
  const churning = ofChurningProfiles(targets, now);
  return clusters(stopped).flatMap((cluster) => {
    const news = cluster.filter(({ targetId }) => {
      const live = churning.get(targetId);
      return live === undefined || cluster.length >= Math.max(MIN_GROUP, JOINT_SHARE * live);
    });
    // The first one names the cause: it stays the first while others fall silent after it.
    const causeKey = `silence:${tenantId}:${isoOfSeconds(cluster[0]!.lastPoint)}`;
    return news.map((one) => ({
      ...one,
      silentAt: one.lastPoint + allowedSilenceOf(one),
      together: news.length,
      causeKey,
    }));
  });
};
