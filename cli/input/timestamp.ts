/** Larger numbers are treated as milliseconds, not seconds. */
const LATEST_EPOCH_SECOND = 1e11;
const EPOCH = /^-?\d+(\.\d+)?$/;
const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})([.,]\d+)?)?\s?(Z|[+-]\d{2}:?\d{2})?)?$/i;

/** The accepted timestamp formats, for messages. */
export const TIMESTAMP_FORMS = 'ISO 8601, "YYYY-MM-DD HH:MM:SS" (UTC) or epoch seconds';

const daysIn = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

const offsetSeconds = (zone: string | undefined): number => {
  if (zone === undefined || zone.toUpperCase() === 'Z') return 0;
  const digits = zone.replace(':', '');
  const minutes = Number(digits.slice(1, 3)) * 60 + Number(digits.slice(3, 5));
  return (digits.startsWith('-') ? -minutes : minutes) * 60;
};

const parseIso = (text: string): number | undefined => {
  const match = ISO.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => (part === undefined ? undefined : Number(part)));
  if (month! < 1 || month! > 12 || day! < 1 || day! > daysIn(year!, month!)) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const fraction = match[7] === undefined ? 0 : Number(`0.${match[7].slice(1)}`);
  return Date.UTC(year!, month! - 1, day!, hour, minute, second) / 1000 + fraction - offsetSeconds(match[8]);
};

/** Parses a timestamp to epoch seconds, in UTC if it has no time zone. Returns undefined if the format is unknown. */
export const parseTimestamp = (text: string): number | undefined => {
  if (!EPOCH.test(text)) return parseIso(text);
  const seconds = Number(text);
  return Math.abs(seconds) < LATEST_EPOCH_SECOND ? seconds : undefined;
};

/** Formats epoch seconds as ISO 8601 in UTC, without a zero fraction. */
export const formatTimestamp = (epochSeconds: number): string =>
  new Date(epochSeconds * 1000).toISOString().replace('.000Z', 'Z');
