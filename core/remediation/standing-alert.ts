/** How an alert follows from the beginnings and ends that arrive of it. */
import { DAY_SECONDS } from '../shared/time.ts';
import type { AlertSource } from './cause.ts';

/** Times are epoch seconds, as Forestall received them; `sentAt` is by the clock of the sender. */
export interface StoredAlert {
  readonly source: AlertSource;
  readonly name: string;
  readonly receivedAt: number;
  /** Null while it lasts. */
  readonly endedAt: number | null;
  /** Of the newest change. */
  readonly sentAt: number;
}

export interface ChangeOfAlert {
  readonly source: AlertSource;
  readonly name: string;
  readonly state: 'begun' | 'ended';
  readonly sentAt: number;
  readonly receivedAt: number;
}

/** Alerts are kept for this long after their last change. */
export const KEPT_ALERT_SECONDS = 30 * DAY_SECONDS;

/** A beginning that arrived after its end is late: it does not begin again. */
const isLate = (stored: StoredAlert, change: ChangeOfAlert): boolean =>
  change.sentAt < stored.sentAt || (change.sentAt === stored.sentAt && stored.endedAt !== null);

/**
 * The alert after a change. A repeated beginning keeps the time at which the first one was received, and a change that was
 * sent before the newest one has no effect.
 */
export const afterChange = (stored: StoredAlert | undefined, change: ChangeOfAlert): StoredAlert => {
  const { source, name, state, sentAt, receivedAt } = change;
  if (stored === undefined || (state === 'begun' && stored.endedAt !== null && !isLate(stored, change)))
    return { source, name, sentAt, receivedAt, endedAt: state === 'ended' ? receivedAt : null };
  if (isLate(stored, change)) return stored;
  return { ...stored, sentAt, endedAt: state === 'ended' ? (stored.endedAt ?? receivedAt) : null };
};
