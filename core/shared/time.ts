/** Durations in seconds, and whole hours since the epoch. */
export const HOUR_SECONDS = 3600;
export const DAY_SECONDS = 86_400;
export const WEEK_SECONDS = 7 * DAY_SECONDS;

/** Whole hours since the epoch of an epoch-second timestamp. */
export const hourOf = (epochSeconds: number): number => Math.floor(epochSeconds / HOUR_SECONDS);

/** UTC calendar day of epoch milliseconds, as `2026-11-21`. */
export const isoDate = (epochMs: number): string => new Date(epochMs).toISOString().slice(0, 10);

/** ISO 8601 text of epoch seconds, as `2026-11-21T10:05:00.000Z`. */
export const isoTime = (epochSeconds: number): string => new Date(epochSeconds * 1000).toISOString();
