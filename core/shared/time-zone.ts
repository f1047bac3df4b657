/** UTC offsets of IANA time zones, from the time zone database of the JavaScript engine. */
import { DAY_SECONDS } from './time.ts';

/** A move of a zone's clocks: the start or the end of daylight saving time, or a new rule. */
export interface ClockMove {
  /** Epoch seconds of the first second under the new offset. */
  readonly at: number;
  /** Seconds by which clocks are put forward; negative: back. */
  readonly forward: number;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** @throws RangeError for an unknown zone */
const formatterOf = (zone: string): Intl.DateTimeFormat => {
  const known =
    formatters.get(zone) ?? new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  formatters.set(zone, known);
  return known;
};

/** True for a name of the time zone database, such as `Europe/Berlin`. */
export const isTimeZone = (zone: string): boolean => {
  try {
    formatterOf(zone);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
};

/** Seconds that a zone's clocks are ahead of UTC at a time in epoch seconds. */
export const utcOffset = (zone: string, at: number): number => {
  const parts = formatterOf(zone).formatToParts(at * 1000);
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign, hours, minutes, seconds = '0'] = /([+-])(\d\d):(\d\d)(?::(\d\d))?/.exec(name) ?? [];
  if (sign === undefined) return 0;
  const total = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return sign === '-' ? -total : total;
};

/** The first second after `from`, at most `to`, whose offset is not `before`. */
const firstUnlike = (zone: string, before: number, from: number, to: number): number => {
  let [low, high] = [from, to];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (utcOffset(zone, middle) === before) low = middle;
    else high = middle;
  }
  return high;
};

/**
 * Moves of a zone's clocks after `from` until `to` (epoch seconds), ascending. Two moves within a day are seen as one.
 * @throws RangeError for an unknown zone
 */
export const clockMoves = (zone: string, from: number, to: number): ClockMove[] => {
  const moves: ClockMove[] = [];
  let [at, offset] = [Math.floor(from), utcOffset(zone, from)];
  while (at < to) {
    const next = Math.min(at + DAY_SECONDS, Math.ceil(to));
    const after = utcOffset(zone, next);
    if (after !== offset) moves.push({ at: firstUnlike(zone, offset, at, next), forward: after - offset });
    [at, offset] = [next, after];
  }
  return moves;
};
