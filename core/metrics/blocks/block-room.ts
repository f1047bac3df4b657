import { MAX_BLOCK_BYTES, MAX_BLOCK_POINTS } from './block.ts';

/** Most bytes of a point (value, offset, place, share of the receipt table), and of a series besides its name. */
const POINT_BYTES = 18;
const SERIES_BYTES = 8;

const nameBytes = (metric: string): number => Buffer.byteLength(metric) + SERIES_BYTES;

/** The most bytes that a block with these metrics and this number of points takes. */
export const maxBytesOf = (metrics: Iterable<string>, points: number): number => {
  let bytes = points * POINT_BYTES;
  for (const metric of metrics) bytes += nameBytes(metric);
  return bytes;
};

/** Fills an empty block point by point, within its limits. */
export class BlockRoom {
  readonly #metrics = new Set<string>();
  #bytes = 0;
  points = 0;
  refused = 0;

  /** True if all points would fit into one block: then they fit into those of their hours. */
  static holdsAll(
    series: readonly { readonly metric: string; readonly timestamps: readonly unknown[] }[],
  ): boolean {
    const points = series.reduce((sum, { timestamps }) => sum + timestamps.length, 0);
    const bytes = maxBytesOf(
      series.map(({ metric }) => metric),
      points,
    );
    return points <= MAX_BLOCK_POINTS && bytes <= MAX_BLOCK_BYTES;
  }

  /** True if another point of the metric fits. */
  take(metric: string): boolean {
    const bytes = POINT_BYTES + (this.#metrics.has(metric) ? 0 : nameBytes(metric));
    if (this.points === MAX_BLOCK_POINTS || this.#bytes + bytes > MAX_BLOCK_BYTES) {
      this.refused++;
      return false;
    }
    this.#metrics.add(metric);
    this.#bytes += bytes;
    this.points++;
    return true;
  }
}
