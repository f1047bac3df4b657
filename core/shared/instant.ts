/** Parses timestamps in the formats that senders use. */

const ISO =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2}(?:[.,]\d{1,9})?))?)? ?(Z|z|[+-]\d{2}(?::?\d{2})?)?$/;
const NUMBER = /^[+-]?\d+(?:\.\d+)?$/;

const zoneOf = (zone: string | undefined): string => {
  if (zone === undefined || zone.toUpperCase() === 'Z') return 'Z';
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  return `${zone[0]}${digits.slice(0, 2)}:${digits.slice(2)}`;
};

/** Date.parse reads `2026-02-30` as 2 March, so the day must survive a round trip. */
const isCalendarDay = (day: string): boolean => new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);

/**
 * Epoch seconds, rounded down, of ISO 8601 text (UTC unless it has a zone) or of epoch seconds as text; NaN for
 * anything else. Any number passes, however far away: the caller checks the range.
 */
export const parseTimestamp = (text: string): number => {
  const trimmed = text.trim();
  if (NUMBER.test(trimmed)) return Math.floor(Number(trimmed));
  const match = ISO.exec(trimmed);
  if (match === null) return Number.NaN;
  const [, day = '', time = '00:00', seconds = '00', zone] = match;
  const milliseconds = Date.parse(`${day}T${time}:${seconds.replace(',', '.')}${zoneOf(zone)}`);
  if (Number.isNaN(milliseconds) || !isCalendarDay(day)) return Number.NaN;
  return Math.floor(milliseconds / 1000);
};

/** Times outside these years are mistakes, most of them in another unit. They fit everywhere: dates, keys, numbers. */
const [FIRST_YEAR, LAST_YEAR] = [2000, 2100];
export const MIN_INSTANT = Date.UTC(FIRST_YEAR, 0) / 1000;
export const MAX_INSTANT = Date.UTC(LAST_YEAR + 1, 0) / 1000 - 1;

/** For errors about times. */
export const INSTANT_RANGE = `a time from ${FIRST_YEAR} to ${LAST_YEAR}`;

/** True for epoch seconds (fractions allowed) that can be a time of our world. */
export const isInstant = (epochSeconds: number): boolean =>
  epochSeconds >= MIN_INSTANT && epochSeconds <= MAX_INSTANT;

/** As `parseTimestamp`, but NaN for times outside 2000 to 2100, too. */
export const parseInstant = (text: string): number => {
  const seconds = parseTimestamp(text);
  return isInstant(seconds) ? seconds : Number.NaN;
};
