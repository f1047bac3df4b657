const EPOCH = /^-?\d+(\.\d+)?$/;
const ISO =
  /^(\d{4})([-/])(\d{2})\2(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})([.,]\d+)?)?)?\s?(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?$/i;

/** The accepted timestamp formats, for messages. */
export const TIMESTAMP_FORMS = 'ISO 8601, "YYYY-MM-DD HH:MM:SS" (UTC) or epoch seconds';

/**
 * Units of epoch time with the largest number read as each: 1e11 seconds are the year 5138, 1e11 milliseconds are 1973,
 * so the ranges of times between 1973 and 5138 do not overlap.
 */
export const EPOCH_UNITS = [
  { unit: 'seconds', perSecond: 1, below: 1e11 },
  { unit: 'milliseconds', perSecond: 1e3, below: 1e14 },
  { unit: 'microseconds', perSecond: 1e6, below: 1e17 },
  { unit: 'nanoseconds', perSecond: 1e9, below: 1e20 },
] as const;
export type EpochUnit = (typeof EPOCH_UNITS)[number];

/** The unit of an epoch number, by its magnitude; undefined if it is larger than any time. */
export const epochUnitOf = (epoch: number): EpochUnit | undefined =>
  EPOCH_UNITS.find(({ below }) => Math.abs(epoch) < below);

/** True for the text of a number, which is an epoch time in some unit. */
export const isEpochText = (text: string): boolean => EPOCH.test(text);

const daysIn = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

const offsetSeconds = (zone: string | undefined): number => {
  if (zone === undefined || /^[a-z]/i.test(zone)) return 0;
  const digits = zone.replace(':', '').padEnd(5, '0');
  const minutes = Number(digits.slice(1, 3)) * 60 + Number(digits.slice(3, 5));
  return (digits.startsWith('-') ? -minutes : minutes) * 60;
};

const parseCalendarTime = (text: string): number | undefined => {
  const match = ISO.exec(text);
  if (match === null) return undefined;
  const [year = 0, , month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 8)
    .map((part) => (part === undefined ? undefined : Number(part)));
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const fraction = match[8] === undefined ? 0 : Number(`0.${match[8].slice(1)}`);
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000 + fraction - offsetSeconds(match[9]);
};

/**
 * Parses a timestamp to epoch seconds, in UTC if it has no time zone. Epoch numbers are in the unit that their
 * magnitude shows. Returns undefined if the format is unknown.
 */
export const parseTimestamp = (text: string): number | undefined => {
  if (!isEpochText(text)) return parseCalendarTime(text);
  const unit = epochUnitOf(Number(text));
  return unit && Number(text) / unit.perSecond;
};

/** True for a calendar time without a time zone, which is read as UTC. */
export const lacksZone = (text: string): boolean => {
  const match = isEpochText(text) ? null : ISO.exec(text);
  return match !== null && match[5] !== undefined && match[9] === undefined;
};

/** Formats epoch seconds as ISO 8601 in UTC, without a zero fraction. */
export const formatTimestamp = (epochSeconds: number): string =>
  new Date(epochSeconds * 1000).toISOString().replace('.000Z', 'Z');
