import type { IngestAnswer } from './answers.ts';

/** Totals of many ingest requests. */
export class IngestTotals {
  requests = 0;
  /** Points sent, if they can be counted without decoding. */
  points = 0;
  /** Sums of every count in the responses (`accepted`, `rejected`, ...). */
  readonly counts: Record<string, number> = {};

  add(points: number, answer: IngestAnswer): void {
    this.requests++;
    this.points += points;
    for (const [name, value] of Object.entries(answer)) {
      if (typeof value === 'number') this.counts[name] = (this.counts[name] ?? 0) + value;
    }
  }
}
