/** How AWS counts. */

/** 365 days by 24 hours by 12 months. */
export const HOURS_PER_MONTH = 730;
export const DAYS_PER_MONTH = HOURS_PER_MONTH / 24;
export const BYTES_PER_GB = 1024 ** 3;

/** Write units of one item: one for each started KB. */
export const writeUnits = (bytes: number): number => Math.ceil(bytes / 1024);

/** Read units of so many bytes read together: one for each started 4 KB, half when eventually consistent. */
export const readUnits = (bytes: number, consistency: 'strong' | 'eventual'): number =>
  Math.ceil(bytes / 4096) * (consistency === 'strong' ? 1 : 0.5);

export const gigabytes = (bytes: number): number => bytes / BYTES_PER_GB;

/** Gigabytes kept at any time when so many bytes a month arrive and each stays so many days. */
export const keptGigabytes = (bytesPerMonth: number, days: number): number =>
  gigabytes(bytesPerMonth) * (days / DAYS_PER_MONTH);
