import { solveRidge } from '../../../shared/maths/ridge.ts';

export const probability = (logOdds: number): number => 1 / (1 + Math.exp(-logOdds));

const dot = (row: Float64Array, weights: Float64Array): number => {
  let total = 0;
  for (let i = 0; i < row.length; i++) total += row[i]! * weights[i]!;
  return total;
};

/** log(1 + exp(x)) without overflow. */
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** Rows of features with labels 0 or 1, and a Gaussian prior with independent weights. */
export interface LogisticProblem {
  readonly rows: readonly Float64Array[];
  readonly labels: readonly number[];
  readonly centre: Float64Array;
  readonly precision: Float64Array;
}

/** Negative log posterior, up to a constant. */
const lossAt = ({ rows, labels, centre, precision }: LogisticProblem, at: Float64Array): number => {
  let loss = 0;
  rows.forEach((row, i) => {
    const logOdds = dot(row, at);
    loss += softplus(logOdds) - labels[i]! * logOdds;
  });
  for (let j = 0; j < at.length; j++) loss += (precision[j]! * (at[j]! - centre[j]!) ** 2) / 2;
  return loss;
};

/** Newton's step: the inverse of the Hessian times the gradient. */
const newtonStep = ({ rows, labels, centre, precision }: LogisticProblem, at: Float64Array): Float64Array => {
  const size = at.length;
  const hessian = new Float64Array(size * size);
  const gradient = precision.map((weight, j) => weight * (at[j]! - centre[j]!));
  for (let j = 0; j < size; j++) hessian[j * size + j] = precision[j]!;
  rows.forEach((row, i) => {
    const p = probability(dot(row, at));
    for (let j = 0; j < size; j++) {
      gradient[j] = gradient[j]! + (p - labels[i]!) * row[j]!;
      const curve = p * (1 - p) * row[j]!;
      for (let k = 0; curve !== 0 && k <= j; k++) {
        hessian[j * size + k] = hessian[j * size + k]! + curve * row[k]!;
      }
    }
  });
  const step = new Float64Array(size);
  solveRidge(hessian, gradient, size, 0, new Float64Array(size * size), step);
  return step;
};

const STEPS = 50;
const HALVINGS = 30;
const CONVERGED = 1e-10;

/**
 * The most probable weights of a Bayesian logistic regression (Bishop 2006, sec. 4.5), by Newton's method with halved
 * steps (sec. 4.3.3). The loss is strictly convex, so it has one minimum.
 */
export const mostProbableWeights = (problem: LogisticProblem): Float64Array => {
  let at = problem.centre;
  let loss = lossAt(problem, at);
  for (let round = 0; round < STEPS; round++) {
    const step = newtonStep(problem, at);
    let share = 1;
    let next = at.map((value, j) => value - step[j]!);
    for (let i = 0; lossAt(problem, next) > loss && i < HALVINGS; i++) {
      share /= 2;
      next = at.map((value, j) => value - share * step[j]!);
    }
    const nextLoss = lossAt(problem, next);
    if (!(nextLoss < loss - CONVERGED)) return nextLoss < loss ? next : at;
    [at, loss] = [next, nextLoss];
  }
  return at;
};
