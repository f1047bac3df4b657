import type { ByteReader, ByteWriter } from '../../shared/byte-buffer.ts';

/** Points in the shorter and the longer window. */
const SHORT = 16;
const LONG = 2 * SHORT;
/** A window is compared with the windows that end up to this many points before it. */
const LAGS = 500;
/** The values that determine the whole state: every window at every lag. */
const HISTORY = LAGS + LONG;
const NEIGHBOURS = 5;

/** Residual of the window that ends now, for both lengths; NaN until there are enough windows to compare with. */
export interface NeighbourDistances {
  short: number;
  long: number;
}

/**
 * Dissimilarity of the last 16 and the last 32 values to recent history: the sum of the Euclidean distances to the 5
 * nearest earlier windows (k-nearest-neighbour score on lagged vectors, as KNN-CAD, Burnaev & Ishimtsev 2016), without
 * the overlapping ones, which match trivially (Keogh, Lin, Fu 2005, "discords").
 *
 * Squared distances for all lags are built by doubling: d32(t) = d16(t) + d16(t-16), d16(t) = d8(t) + d8(t-8), and d8
 * from d4, which is faster to recalculate than to store. A few additions per lag serve both lengths. Nothing is
 * subtracted, so no rounding error remains after a spike. The last 532 values determine the state, so only they are saved.
 */
export class NeighbourResidual {
  /** Every value twice, HISTORY apart, so that the last HISTORY values are always contiguous. */
  private readonly ring = new Float64Array(2 * HISTORY).fill(Number.NaN);
  /** Sums over 4, 8 and 16 squares at every lag, for the same number of last points; a new point replaces the oldest. */
  private readonly fours = sumsOf(4);
  private readonly eights = sumsOf(8);
  private readonly sixteens = sumsOf(16);
  private readonly nearestShort = new Float64Array(NEIGHBOURS);
  private readonly nearestLong = new Float64Array(NEIGHBOURS);
  private readonly distances: NeighbourDistances = { short: Number.NaN, long: Number.NaN };
  private position = 0;
  private count = 0;

  /** Scores the windows that end with this value, then learns it. The returned object is reused by the next call. */
  next(value: number): Readonly<NeighbourDistances> {
    this.compare(value);
    this.remember(value);
    this.distances.short = sumOfRoots(this.nearestShort);
    this.distances.long = sumOfRoots(this.nearestLong);
    return this.distances;
  }

  save(writer: ByteWriter): void {
    const length = Math.min(this.count, HISTORY);
    const end = this.position + HISTORY;
    writer.floats(this.ring.subarray(end - length, end));
  }

  /** Only for a new instance. The sums cover the last 31 values, so only these are compared again. */
  load(reader: ByteReader): void {
    const values = reader.floats();
    const compared = Math.max(0, values.length - LONG);
    values.forEach((value, index) => {
      if (index < compared) this.remember(value);
      else this.next(value);
    });
  }

  private remember(value: number): void {
    this.ring[this.position] = value;
    this.ring[this.position + HISTORY] = value;
    this.position = (this.position + 1) % HISTORY;
    this.count++;
  }

  private compare(value: number): void {
    const { ring, count, nearestShort, nearestLong } = this;
    const [fours, eights, sixteens] = [
      this.fours[count & 3]!,
      this.eights[count & 7]!,
      this.sixteens[count & 15]!,
    ];
    const newest = this.position + HISTORY - 1;
    const [before1, before2, before3] = [ring[newest]!, ring[newest - 1]!, ring[newest - 2]!];
    let [past0, past1, past2] = [before1, before2, before3];
    nearestShort.fill(Number.POSITIVE_INFINITY);
    nearestLong.fill(Number.POSITIVE_INFINITY);
    let worstShort = Number.POSITIVE_INFINITY;
    let worstLong = Number.POSITIVE_INFINITY;
    for (let lag = 0; lag < LAGS; lag++) {
      const past3 = ring[newest - lag - 3]!;
      const r0 = value - past0;
      const r1 = before1 - past1;
      const r2 = before2 - past2;
      const r3 = before3 - past3;
      past0 = past1;
      past1 = past2;
      past2 = past3;
      const d4 = r0 * r0 + r1 * r1 + (r2 * r2 + r3 * r3);
      const d8 = d4 + fours[lag]!;
      const d16 = d8 + eights[lag]!;
      const d32 = d16 + sixteens[lag]!;
      fours[lag] = d4;
      eights[lag] = d8;
      sixteens[lag] = d16;
      if (d16 < worstShort && lag >= SHORT - 1) worstShort = insert(nearestShort, d16);
      if (d32 < worstLong && lag >= LONG - 1) worstLong = insert(nearestLong, d32);
    }
  }
}

const sumsOf = (points: number): readonly Float64Array[] =>
  Array.from({ length: points }, () => new Float64Array(LAGS).fill(Number.NaN));

/** Inserts a distance into the ascending list of the nearest and drops the farthest; returns the new farthest. */
const insert = (nearest: Float64Array, distance: number): number => {
  let k = NEIGHBOURS - 1;
  while (k > 0 && nearest[k - 1]! > distance) {
    nearest[k] = nearest[k - 1]!;
    k--;
  }
  nearest[k] = distance;
  return nearest[NEIGHBOURS - 1]!;
};

/** NaN until all neighbours are known. */
const sumOfRoots = (nearest: Float64Array): number => {
  if (nearest[NEIGHBOURS - 1] === Number.POSITIVE_INFINITY) return Number.NaN;
  let sum = 0;
  for (let k = 0; k < NEIGHBOURS; k++) sum += Math.sqrt(nearest[k]!);
  return sum;
};
