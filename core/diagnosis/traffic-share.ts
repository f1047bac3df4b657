/** Fewer rows than this say nothing about how traffic divides. */
export const MIN_NORMAL_ROWS = 20;
const SWEEPS = 200;

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};

/** What the multipliers are pulled towards, and how hard (an energy, in squared units of the columns). */
export interface Prior {
  readonly multiplier: number;
  readonly energy: number;
}

/**
 * Non-negative ridge regression by cyclic coordinate descent: multipliers m >= 0 that minimise
 * |y - sum m_j x_j|^2 + energy * sum (m_j - multiplier)^2. `columns` are the x_j, all as long as `y`. A column of zeros
 * gets the prior's multiplier (Franc, Hlavac and Navara 2005, section 3).
 */
export const nonNegativeLeastSquares = (
  columns: readonly Float64Array[],
  y: Float64Array,
  prior: Prior = { multiplier: 0, energy: 0 },
): Float64Array => {
  const gram = columns.map((a) => columns.map((b) => dot(a, b)));
  const wanted = columns.map((column) => dot(column, y) + prior.energy * prior.multiplier);
  const solution = new Float64Array(columns.length).fill(prior.multiplier);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (let j = 0; j < columns.length; j++) {
      const curvature = gram[j]![j]! + prior.energy;
      if (curvature <= 0) continue;
      let gradient = prior.energy * solution[j]! - wanted[j]!;
      for (let k = 0; k < columns.length; k++) gradient += gram[j]![k]! * solution[k]!;
      solution[j] = Math.max(0, solution[j]! - gradient / curvature);
    }
  }
  return solution;
};

const total = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);

const divide = (parts: readonly number[]): number[] => {
  const sum = parts.reduce((a, b) => a + b, 0);
  return sum > 0 ? parts.map((part) => part / sum) : parts.map(() => 1 / parts.length);
};

/** Request counts of the callers and of the callee they share, learned on one set of rows and applied to another. */
export interface SharedTraffic {
  readonly learnCallers: readonly Float64Array[];
  readonly learnCallee: Float64Array;
  readonly callers: readonly Float64Array[];
}

/** With few rows the callers are taken to call alike, as if that had been seen in each of the rows missing. */
const alikePrior = (callers: readonly Float64Array[], callee: Float64Array): Prior => {
  const rows = callee.length;
  const volume = callers.reduce((sum, requests) => sum + total(requests), 0);
  const energy =
    callers.reduce((sum, requests) => sum + dot(requests, requests), 0) / (rows * callers.length);
  return {
    multiplier: volume > 0 ? total(callee) / volume : 0,
    energy: energy * Math.max(0, MIN_NORMAL_ROWS - rows),
  };
};

/**
 * Which part of a callee's traffic each of its callers causes; the parts sum to 1. Calls per request of each caller
 * come from the learning rows, their volume from the incident's rows; a single caller causes all.
 */
export const trafficShares = (traffic: SharedTraffic): number[] => {
  if (traffic.callers.length === 1) return [1];
  const prior = alikePrior(traffic.learnCallers, traffic.learnCallee);
  const perRequest = nonNegativeLeastSquares(traffic.learnCallers, traffic.learnCallee, prior);
  return divide(traffic.callers.map((requests, j) => perRequest[j]! * total(requests)));
};
