import { DAY_SECONDS, WEEK_SECONDS } from '../../shared/time.ts';
import type { FreezeWindow } from '../policy.ts';

/** 1970-01-01 was a Thursday: seconds from it to the next Monday. */
const FIRST_MONDAY = 4 * DAY_SECONDS;
const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

const secondsOf = (time: string): number => Number(time.slice(0, 2)) * 3600 + Number(time.slice(3)) * 60;

/** Seconds since Monday 00:00 UTC. */
const inWeek = (at: number): number => (((at - FIRST_MONDAY) % WEEK_SECONDS) + WEEK_SECONDS) % WEEK_SECONDS;

/** True within the window; its end is exclusive. A weekly window whose times are equal lasts a whole day. */
export const isFrozen = (window: FreezeWindow, at: number): boolean => {
  if (!('weekdays' in window))
    return at * 1000 >= Date.parse(window.from) && at * 1000 < Date.parse(window.to);
  const from = secondsOf(window.from);
  const to = secondsOf(window.to);
  const length = to > from ? to - from : to - from + DAY_SECONDS;
  return window.weekdays.some((day) => {
    const since = inWeek(at) - (WEEKDAYS.indexOf(day) * DAY_SECONDS + from);
    return ((since % WEEK_SECONDS) + WEEK_SECONDS) % WEEK_SECONDS < length;
  });
};
