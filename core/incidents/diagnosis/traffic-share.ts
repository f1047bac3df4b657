import { sum } from '../../shared/maths/averages.ts';

/** Fewer rows than this are not enough to learn how traffic divides. */
export const MIN_NORMAL_ROWS = 20;
/** Callers with similar traffic converge slowly; sweeps are cheap because there are few callers. */
const MAX_SWEEPS = 5000;
const TOLERANCE = 1e-9;

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};

/**
 * Non-negative least squares by cyclic coordinate descent: multipliers m >= 0 that minimise |y - sum m_j x_j|^2.
 * `columns` are the x_j, all as long as `y`. A column of zeros gets 0 (Franc, Hlavac and Navara 2005, section 3).
 */
export const nonNegativeLeastSquares = (columns: readonly Float64Array[], y: Float64Array): Float64Array => {
  const gram = columns.map((a) => columns.map((b) => dot(a, b)));
  const wanted = columns.map((column) => dot(column, y));
  const solution = new Float64Array(columns.length);
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep++) {
    let moved = 0;
    for (let j = 0; j < columns.length; j++) {
      if (gram[j]![j]! <= 0) continue;
      const gradient = dot(Float64Array.from(gram[j]!), solution) - wanted[j]!;
      const next = Math.max(0, solution[j]! - gradient / gram[j]![j]!);
      moved = Math.max(moved, Math.abs(next - solution[j]!));
      solution[j] = next;
    }
    if (moved < TOLERANCE) break;
  }
  return solution;
};

const divide = (parts: readonly number[]): number[] => {
  const total = sum(parts);
  return total > 0 ? parts.map((part) => part / total) : parts.map(() => 1 / parts.length);
};

/** Shares of a callee's traffic by the volume of its callers, as if all made equally many calls. Sums to 1. */
export const sharesByVolume = (callers: readonly Float64Array[]): number[] => divide(callers.map(sum));

/** Request counts of a callee and its callers in the rows to learn from, and of the callers in the rows to apply it to. */
export interface SharedTraffic {
  readonly learnCallers: readonly Float64Array[];
  readonly learnCallee: Float64Array;
  readonly callers: readonly Float64Array[];
}

/**
 * Shares of a callee's traffic, learned from how its count follows those of its callers: calls per request come from one
 * set of rows, volumes from the other. Sums to 1. Callers with similar traffic cannot be separated well.
 */
export const learnedShares = ({ learnCallers, learnCallee, callers }: SharedTraffic): number[] => {
  const perRequest = nonNegativeLeastSquares(learnCallers, learnCallee);
  return divide(callers.map((requests, j) => perRequest[j]! * sum(requests)));
};
