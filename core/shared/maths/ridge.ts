/**
 * Solves (G + penalty I) x = b for a symmetric positive definite matrix by Cholesky decomposition (Golub & Van Loan,
 * 4.2). `gram` is row-major size x size with its lower triangle filled; `work` holds size * size numbers.
 */
export const solveRidge = (
  gram: Float64Array,
  moment: Float64Array,
  size: number,
  penalty: number,
  work: Float64Array,
  solution: Float64Array,
): void => {
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let total = gram[i * size + j]! + (i === j ? penalty : 0);
      for (let k = 0; k < j; k++) total -= work[i * size + k]! * work[j * size + k]!;
      work[i * size + j] = i === j ? Math.sqrt(Math.max(total, 1e-12)) : total / work[j * size + j]!;
    }
  }
  for (let i = 0; i < size; i++) {
    let total = moment[i]!;
    for (let k = 0; k < i; k++) total -= work[i * size + k]! * solution[k]!;
    solution[i] = total / work[i * size + i]!;
  }
  for (let i = size - 1; i >= 0; i--) {
    let total = solution[i]!;
    for (let k = i + 1; k < size; k++) total -= work[k * size + i]! * solution[k]!;
    solution[i] = total / work[i * size + i]!;
  }
};
