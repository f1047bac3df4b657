/** A least-squares line through consecutive points. */
export interface LineFit {
  readonly length: number;
  /** Change per step. */
  readonly slope: number;
  /** Value of the line at its last point. */
  readonly end: number;
  /** Sum of squared residuals. */
  readonly squares: number;
}

/** Standard deviation of the residuals of a line. */
export const residualSpread = ({ squares, length }: LineFit): number => Math.sqrt(squares / length);

/** Least-squares lines through any stretch of a series in constant time, by running sums of y, t y and y^2. */
export class LineFits {
  readonly y: Float64Array;
  readonly #sums: Float64Array;
  readonly #moments: Float64Array;
  readonly #squares: Float64Array;

  constructor(y: Float64Array) {
    const n = y.length;
    this.y = y;
    this.#sums = new Float64Array(n + 1);
    this.#moments = new Float64Array(n + 1);
    this.#squares = new Float64Array(n + 1);
    for (let i = 0; i < n; i++) {
      this.#sums[i + 1] = this.#sums[i]! + y[i]!;
      this.#moments[i + 1] = this.#moments[i]! + i * y[i]!;
      this.#squares[i + 1] = this.#squares[i]! + y[i]! * y[i]!;
    }
  }

  /** The line through the last `length` (at least two) points before `end`. */
  fit(end: number, length: number): LineFit {
    const from = end - length;
    const total = this.#sums[end]! - this.#sums[from]!;
    const middle = from + (length - 1) / 2;
    const products = this.#moments[end]! - this.#moments[from]! - middle * total;
    const spread = (length * (length * length - 1)) / 12;
    const slope = products / spread;
    const deviations = this.squaresAround(from, end);
    return {
      length,
      slope,
      end: total / length + (slope * (length - 1)) / 2,
      squares: Math.max(0, deviations - slope * products),
    };
  }

  /** Sum of squared deviations of the points [from, end) from their mean. */
  squaresAround(from: number, end: number): number {
    const total = this.#sums[end]! - this.#sums[from]!;
    return Math.max(0, this.#squares[end]! - this.#squares[from]! - (total * total) / (end - from));
  }

  mean(from: number, end: number): number {
    return (this.#sums[end]! - this.#sums[from]!) / (end - from);
  }
}
