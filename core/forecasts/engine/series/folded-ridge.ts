import { solveRidge } from '../../../shared/maths/ridge.ts';

/** Weighted ridge regression, fitted for all data and for all data without each fold. */
export interface FoldedRidge {
  clear(): void;
  add(fold: number, row: Float64Array, target: number, weight: number): void;
  /** Calls back with the solution without each fold, then (fold = number of folds) with all data. */
  solve(use: (fold: number, solution: Float64Array) => void): void;
}

/** Normal equations are sums, so a fold is omitted by subtraction. */
export const foldedRidge = (size: number, folds: number, penalty: number): FoldedRidge => {
  const gram = Array.from({ length: folds + 1 }, () => new Float64Array(size * size));
  const moment = Array.from({ length: folds + 1 }, () => new Float64Array(size));
  const work = new Float64Array(size * size);
  const solution = new Float64Array(size);
  const restGram = new Float64Array(size * size);
  const restMoment = new Float64Array(size);
  const addTo = (g: Float64Array, b: Float64Array, row: Float64Array, target: number, weight: number) => {
    for (let i = 0; i < size; i++) {
      const scaled = weight * row[i]!;
      b[i] = b[i]! + scaled * target;
      for (let k = 0; k <= i; k++) g[i * size + k] = g[i * size + k]! + scaled * row[k]!;
    }
  };
  const sumUp = (parts: Float64Array[]) => {
    const total = parts[folds]!;
    for (let fold = 0; fold < folds; fold++) {
      for (let i = 0; i < total.length; i++) total[i] = total[i]! + parts[fold]![i]!;
    }
  };
  return {
    clear: () => {
      for (const part of [...gram, ...moment]) part.fill(0);
    },
    add: (fold, row, target, weight) => addTo(gram[fold]!, moment[fold]!, row, target, weight),
    solve: (use) => {
      sumUp(gram);
      sumUp(moment);
      for (let fold = 0; fold <= folds; fold++) {
        const without = fold < folds ? 1 : 0;
        for (let i = 0; i < restGram.length; i++) restGram[i] = gram[folds]![i]! - without * gram[fold]![i]!;
        for (let i = 0; i < size; i++) restMoment[i] = moment[folds]![i]! - without * moment[fold]![i]!;
        solveRidge(restGram, restMoment, size, penalty, work, solution);
        use(fold, solution);
      }
    },
  };
};
