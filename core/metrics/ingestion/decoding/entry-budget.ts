import { IngestRejection } from './ingest-rejection.ts';

/** Real requests stay far below: a point has a metric, a resource and a few attributes, most of them shared. */
const ENTRIES_PER_POINT = 4;

/**
 * Bounds what a reader builds before any point reaches the collector. An empty entry (a point, a metric, an attribute,
 * an element of a list) takes two bytes on the wire but a hundred or more in memory.
 */
export class EntryBudget {
  readonly #maxPoints: number;
  #points = 0;
  #entriesLeft: number;

  constructor(maxPoints: number) {
    this.#maxPoints = maxPoints;
    this.#entriesLeft = maxPoints * ENTRIES_PER_POINT;
  }

  /** @throws IngestRejection if the request has more entries than any real one */
  entry(): void {
    if (--this.#entriesLeft < 0)
      throw new IngestRejection(
        'body-too-large',
        'too many points, metrics, resources and attributes in one request',
      );
  }

  /** @throws IngestRejection if the request has more points than allowed */
  point(): void {
    this.entry();
    if (++this.#points > this.#maxPoints)
      throw new IngestRejection('body-too-large', `more than ${this.#maxPoints} points in one request`);
  }
}
