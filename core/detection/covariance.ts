/**
 * Inverse of a symmetric positive definite matrix (row-major, n x n) by Gauss-Jordan elimination without pivoting,
 * which such a matrix does not need (Golub & Van Loan, sec. 4.2). Undefined where it is numerically singular.
 */
export const inverse = (matrix: Float64Array, n: number): Float64Array | undefined => {
  const rest = matrix.slice();
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) result[i * n + i] = 1;
  for (let pivot = 0; pivot < n; pivot++) {
    const diagonal = rest[pivot * n + pivot]!;
    if (!(diagonal > 0)) return undefined;
    scaleRow(rest, pivot, n, 1 / diagonal);
    scaleRow(result, pivot, n, 1 / diagonal);
    for (let row = 0; row < n; row++) {
      const factor = rest[row * n + pivot]!;
      if (row === pivot || factor === 0) continue;
      subtractRow(rest, row, pivot, n, factor);
      subtractRow(result, row, pivot, n, factor);
    }
  }
  return result;
};

const scaleRow = (matrix: Float64Array, row: number, n: number, factor: number): void => {
  for (let i = row * n; i < (row + 1) * n; i++) matrix[i] = matrix[i]! * factor;
};

const subtractRow = (matrix: Float64Array, row: number, other: number, n: number, factor: number): void => {
  for (let i = 0; i < n; i++) matrix[row * n + i] = matrix[row * n + i]! - factor * matrix[other * n + i]!;
};

const RATE = 1 / 1000;

/** Exponentially weighted covariance of a vector with mean near zero; its first thousand points weigh equally. */
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
    return Float64Array.from({ length: this.size }, (_, i) => Math.sqrt(this.values[i * (this.size + 1)]!));
  }

  /** Correlations, shrunk towards 0 by `share` so that they can be inverted (Ledoit & Wolf 2004). */
  correlations(share: number): Float64Array {
    const { size } = this;
    const scales = this.deviations();
    return this.values.map((value, at) => {
      if (at % (size + 1) === 0) return 1;
      const scale = scales[Math.floor(at / size)]! * scales[at % size]!;
      return scale > 0 ? ((1 - share) * value) / scale : 0;
    });
  }
}
