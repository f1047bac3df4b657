import type { AccessCount } from './access-count.ts';

/** A span of time in epoch milliseconds: `from` included, `to` excluded. */
export interface TimeSpan {
  readonly from: number;
  readonly to: number;
}

/** The counts that the processes behind the API have written. */
export interface AccessCounts {
  read(span: TimeSpan): Promise<readonly AccessCount[]>;
}
