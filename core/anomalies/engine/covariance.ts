/** Each component of a vector compared with the others, given their covariance. */
export interface Partials {
  /** Distance of each from its prediction by the others, in standard deviations given the others. */
  readonly distances: Float64Array;
  /** Standard deviation of each given the others. */
  readonly deviations: Float64Array;
}

/**
 * Lower triangle of the inverse of a Cholesky factor: `L` with `matrix = L L^T` (row-major, n x n, positive definite),
 * inverted row by row (Golub & Van Loan, sec. 4.2). Undefined if the matrix is numerically singular.
 */
const inverseFactor = (matrix: Float64Array, n: number): Float64Array | undefined => {
  const factor = new Float64Array(n * n);
  const inverse = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i * n + j]!;
      for (let k = 0; k < j; k++) rest -= factor[i * n + k]! * factor[j * n + k]!;
      if (i > j) factor[i * n + j] = rest / factor[j * n + j]!;
      else if (rest > 0) factor[i * n + i] = Math.sqrt(rest);
      else return undefined;
    }
    const own = factor[i * n + i]!;
    for (let j = 0; j < i; j++) {
      let sum = 0;
      for (let k = j; k < i; k++) sum += factor[i * n + k]! * inverse[k * n + j]!;
      inverse[i * n + j] = -sum / own;
    }
    inverse[i * n + i] = 1 / own;
  }
  return inverse;
};

/**
 * Partial residuals of a vector with mean 0: with P the inverse of its covariance (row-major, n x n), (P z)_i over
 * sqrt(P_ii), and 1 / sqrt(P_ii) (Lauritzen 1996, sec. 5.1). Undefined if the covariance is numerically singular.
 */
export const partialResiduals = (covariance: Float64Array, vector: Float64Array): Partials | undefined => {
  const n = vector.length;
  const inverse = inverseFactor(covariance, n);
  if (inverse === undefined) return undefined;
  const distances = new Float64Array(n);
  const deviations = new Float64Array(n);
  // P = inverse^T inverse, so row k adds its share to each column at or before it.
  for (let k = 0; k < n; k++) {
    let whitened = 0;
    for (let j = 0; j <= k; j++) whitened += inverse[k * n + j]! * vector[j]!;
    for (let i = 0; i <= k; i++) {
      const cell = inverse[k * n + i]!;
      distances[i] = distances[i]! + cell * whitened;
      deviations[i] = deviations[i]! + cell * cell;
    }
  }
  for (let i = 0; i < n; i++) {
    deviations[i] = 1 / Math.sqrt(deviations[i]!);
    distances[i] = distances[i]! * deviations[i]!;
  }
  return { distances, deviations };
};

const RATE = 1 / 1000;

/** Exponentially weighted covariance of a vector with mean near zero; the first thousand points have equal weight. */
export class RunningCovariance {
  readonly size: number;
  readonly values: Float64Array;
  points = 0;

  constructor(size: number) {
    this.size = size;
    this.values = new Float64Array(size * size);
  }

  absorb(vector: Float64Array): void {
    const { size, values } = this;
    this.points++;
    const rate = Math.max(RATE, 1 / this.points);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        const at = i * size + j;
        values[at] = values[at]! + rate * (vector[i]! * vector[j]! - values[at]!);
      }
    }
  }

  /** Standard deviation of each component; 0 for one that never moved. */
  deviations(): Float64Array {
    const { size, values } = this;
    const result = new Float64Array(size);
    for (let i = 0; i < size; i++) result[i] = Math.sqrt(values[i * (size + 1)]!);
    return result;
  }

  /** Correlations, shrunk towards 0 by `share` so that they can be inverted (Ledoit & Wolf 2004). */
  correlations(share: number): Float64Array {
    const { size, values } = this;
    const scales = this.deviations();
    const result = new Float64Array(size * size);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        const scale = scales[i]! * scales[j]!;
        if (i !== j && scale > 0) result[i * size + j] = ((1 - share) * values[i * size + j]!) / scale;
      }
      result[i * (size + 1)] = 1;
    }
    return result;
  }
}
