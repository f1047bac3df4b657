/** Durations in seconds, whole hours since the epoch, and ISO 8601 text of timestamps. */
export const HOUR_SECONDS = 3600;
export const DAY_SECONDS = 86_400;
export const WEEK_SECONDS = 7 * DAY_SECONDS;

/** Whole hours since the epoch of an epoch-second timestamp. */
export const hourOf = (epochSeconds: number): number => Math.floor(epochSeconds / HOUR_SECONDS);

/** Epoch milliseconds as ISO 8601 in UTC. */
export const isoOfMs = (epochMs: number): string => new Date(epochMs).toISOString();

/** Epoch seconds as ISO 8601 in UTC. */
export const isoOfSeconds = (epochSeconds: number): string => isoOfMs(epochSeconds * 1000);

/** UTC calendar day of epoch milliseconds, as `2026-11-21`. */
export const isoDate = (epochMs: number): string => isoOfMs(epochMs).slice(0, 10);
