/** Units in which AWS bills. */

/** 365 days x 24 hours / 12 months. */
export const HOURS_PER_MONTH = 730;
export const DAYS_PER_MONTH = HOURS_PER_MONTH / 24;
export const BYTES_PER_GB = 1024 ** 3;

/** Write units of one item: one per started KB. */
export const writeUnits = (bytes: number): number => Math.ceil(bytes / 1024);

/** Read units of bytes read together: one per started 4 KB, half of that if eventually consistent. */
export const readUnits = (bytes: number, consistency: 'strong' | 'eventual'): number =>
  Math.ceil(bytes / 4096) * (consistency === 'strong' ? 1 : 0.5);

export const gigabytes = (bytes: number): number => bytes / BYTES_PER_GB;

/** Gigabytes stored at any time, given the bytes that arrive per month and the days they are kept. */
export const keptGigabytes = (bytesPerMonth: number, days: number): number =>
  gigabytes(bytesPerMonth) * (days / DAYS_PER_MONTH);
