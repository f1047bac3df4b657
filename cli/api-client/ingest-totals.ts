import type { IngestAnswer } from './answers.ts';

/** Every point of a request is counted under one of these. */
const POINT_COUNTS = ['accepted', 'duplicates', 'missing', 'rejected', 'unsupported'];

const countedIn = (answer: IngestAnswer): number =>
  POINT_COUNTS.reduce((sum, name) => {
    const count = answer[name];
    return sum + (typeof count === 'number' ? count : 0);
  }, 0);

/** Totals of many ingest requests. */
export class IngestTotals {
  requests = 0;
  /** Points sent: as counted when they were read, else as the API counted them. */
  points = 0;
  /** Sums of every count in the responses (`accepted`, `rejected`, ...). */
  readonly counts: Record<string, number> = {};

  add(points: number | undefined, answer: IngestAnswer): void {
    this.requests++;
    this.points += points ?? countedIn(answer);
    for (const [name, value] of Object.entries(answer)) {
      if (typeof value === 'number') this.counts[name] = (this.counts[name] ?? 0) + value;
    }
  }
}
