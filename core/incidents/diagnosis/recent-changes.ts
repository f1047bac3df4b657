import { DAY_SECONDS, HOUR_SECONDS } from '../../shared/time.ts';

/** A deliberate change: a deployment, a setting, infrastructure. `at` in epoch seconds. */
export interface RecentChange {
  readonly node: string;
  readonly at: number;
  readonly summary: string;
}

/** The change that supports a node most, and its weight. */
export interface ChangeEvidence {
  readonly change: RecentChange;
  readonly secondsBefore: number;
  /** 1 for a change at the time of the alarm, halved for every hour before it. */
  readonly closeness: number;
}

const HALF_LIFE_SECONDS = HOUR_SECONDS;
const LOOK_BACK_SECONDS = DAY_SECONDS;
/** A change may be recorded, or take effect, shortly after the first bad values. */
const GRACE_SECONDS = 300;

/** For each node the last change before the alarm, at most a day before it. Ties are resolved by summary. */
export const changesNearOnset = (
  changes: readonly RecentChange[],
  alarmAt: number,
): ReadonlyMap<string, ChangeEvidence> => {
  const nearest = new Map<string, ChangeEvidence>();
  const ordered = changes.toSorted((a, b) => a.at - b.at || (a.summary < b.summary ? -1 : 1));
  for (const change of ordered) {
    const before = alarmAt - change.at;
    if (before < -GRACE_SECONDS || before > LOOK_BACK_SECONDS) continue;
    const closeness = 0.5 ** (Math.max(0, before) / HALF_LIFE_SECONDS);
    nearest.set(change.node, { change, secondsBefore: before, closeness });
  }
  return nearest;
};
