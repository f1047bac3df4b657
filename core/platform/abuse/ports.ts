import type { AccessCount } from './access-count.ts';

/** A span of time in epoch milliseconds: `from` included, `to` excluded. */
export interface TimeSpan {
  readonly from: number;
  readonly to: number;
}

/** Log groups, and the pages of each that were read before the search stopped. */
export type Incomplete = ReadonlyMap<string, number>;

/** The counts that the processes behind the API have written. */
export interface AccessCounts {
  /** `incomplete`: groups with more lines than a search reads. */
  read(span: TimeSpan): Promise<{ readonly counts: readonly AccessCount[]; readonly incomplete: Incomplete }>;
}
