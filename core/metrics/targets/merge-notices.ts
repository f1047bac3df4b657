import { WEEK_SECONDS } from '../../shared/time.ts';
import { lastSeenStep } from './last-seen.ts';
import { NOTICE_CODES, type TargetNotice } from './target.ts';

type Notices = readonly TargetNotice[];

/** The newest notice of each code, without those that are older than a week at `lastSeen`. */
export const mergeNotices = (known: Notices, seen: Notices, lastSeen: number): Notices => {
  const current = [...known, ...seen].filter(({ at }) => at > lastSeen - WEEK_SECONDS);
  return NOTICE_CODES.flatMap((code) => {
    const [first, ...others] = current.filter((notice) => notice.code === code);
    return first === undefined ? [] : [others.reduce((a, b) => (b.at > a.at ? b : a), first)];
  });
};

/** True if they need not be stored again: a target that exceeds a limit does so with every push. */
export const areSameNotices = (targetId: string, a: Notices, b: Notices): boolean =>
  a.length === b.length &&
  a.every(({ code, at }, i) => {
    const other = b[i];
    return other?.code === code && lastSeenStep(targetId, other.at) === lastSeenStep(targetId, at);
  });
