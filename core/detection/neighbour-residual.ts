/** Points a window holds. */
export const WINDOW = 16;
/** Earlier windows a new one is compared with: the one ending 1, 2, ... LAGS points before. */
export const LAGS = 500;
/** Values that determine the whole state: every window of every lag. */
export const HISTORY = LAGS + WINDOW;
const NEIGHBOURS = 5;

/**
 * How unlike everything recent the last 16 values are: sum of the Euclidean distances to the 5 nearest of the 500
 * windows before (k-nearest-neighbour anomaly score on lagged vectors, as in KNN-CAD, Burnaev & Ishimtsev 2016).
 *
 * Squared distances for all lags are built from halves: d16(t) = d8(t) + d8(t-8), d8(t) = d4(t) + d4(t-4), ...
 * That is 5 additions per lag instead of 16, and as nothing is ever subtracted, no rounding error survives a spike.
 * All of it follows from the last 516 values, which is all that is saved.
 */
export class NeighbourResidual {
  /** Every value twice, HISTORY apart, so that the last HISTORY values are always one contiguous run. */
  private readonly ring = new Float64Array(2 * HISTORY).fill(Number.NaN);
  private readonly ones = new Float64Array(LAGS).fill(Number.NaN);
  private readonly twos = new Float64Array(2 * LAGS).fill(Number.NaN);
  private readonly fours = new Float64Array(4 * LAGS).fill(Number.NaN);
  private readonly eights = new Float64Array(8 * LAGS).fill(Number.NaN);
  private readonly nearest = new Float64Array(NEIGHBOURS);
  private position = 0;
  private count = 0;

  /** The residual of the window that ends with this value, or undefined while there are too few windows. */
  next(value: number): number | undefined {
    this.compare(value);
    this.push(value);
    const nearest = this.nearest;
    if (nearest[NEIGHBOURS - 1] === Number.POSITIVE_INFINITY) return undefined;
    let sum = 0;
    for (let k = 0; k < NEIGHBOURS; k++) sum += Math.sqrt(nearest[k]!);
    return sum;
  }

  /** The last values, oldest first, at most HISTORY + WINDOW: feed them to a new instance to get this state. */
  recent(): Float64Array {
    const length = Math.min(this.count, HISTORY);
    const end = this.position + HISTORY;
    return this.ring.slice(end - length, end);
  }

  private push(value: number): void {
    this.ring[this.position] = value;
    this.ring[this.position + HISTORY] = value;
    this.position = (this.position + 1) % HISTORY;
    this.count++;
  }

  private compare(value: number): void {
    const { ring, ones, twos, fours, eights, nearest } = this;
    const newest = this.position + HISTORY - 1;
    const two = (this.count & 1) * LAGS;
    const four = (this.count & 3) * LAGS;
    const eight = (this.count & 7) * LAGS;
    nearest.fill(Number.POSITIVE_INFINITY);
    let worst = Number.POSITIVE_INFINITY;
    for (let lag = 0; lag < LAGS; lag++) {
      const difference = value - ring[newest - lag]!;
      const d1 = difference * difference;
      const d2 = d1 + ones[lag]!;
      const d4 = d2 + twos[two + lag]!;
      const d8 = d4 + fours[four + lag]!;
      const d16 = d8 + eights[eight + lag]!;
      ones[lag] = d1;
      twos[two + lag] = d2;
      fours[four + lag] = d4;
      eights[eight + lag] = d8;
      if (d16 < worst) worst = insert(nearest, d16);
    }
  }
}

/** Puts a distance into the ascending list of the nearest, dropping the farthest; returns the new farthest. */
const insert = (nearest: Float64Array, distance: number): number => {
  let k = NEIGHBOURS - 1;
  while (k > 0 && nearest[k - 1]! > distance) {
    nearest[k] = nearest[k - 1]!;
    k--;
  }
  nearest[k] = distance;
  return nearest[NEIGHBOURS - 1]!;
};
