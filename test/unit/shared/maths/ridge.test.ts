import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { solveRidge } from '../../../../core/shared/maths/ridge.ts';
import { between } from '../../../fixtures/numbers.ts';

/** X'X of some rows: symmetric and positive semi-definite; with `upper`, the triangle that must not be read. */
const gramOf = (rows: readonly (readonly number[])[], size: number, upper?: number): Float64Array => {
  const gram = new Float64Array(size * size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++)
      gram[i * size + j] =
        upper !== undefined && j > i ? upper : rows.reduce((sum, row) => sum + row[i]! * row[j]!, 0);
  return gram;
};

const solve = (gram: Float64Array, moment: readonly number[], penalty: number): number[] => {
  const size = moment.length;
  const solution = new Float64Array(size);
  solveRidge(gram, Float64Array.from(moment), size, penalty, new Float64Array(size * size).fill(7), solution);
  return [...solution];
};

const coefficient = between(-10, 10);
const problem = fc.integer({ min: 1, max: 6 }).chain((size) =>
  fc.record({
    rows: fc.array(fc.array(coefficient, { minLength: size, maxLength: size }), {
      minLength: 1,
      maxLength: 9,
    }),
    solution: fc.array(coefficient, { minLength: size, maxLength: size }),
    penalty: between(0.5, 50),
  }),
);

describe('ridge regression', () => {
  it('solves a system that can be solved by hand', () => {
    expect(solve(Float64Array.of(4), [8], 0)).toEqual([2]);
    expect(solve(Float64Array.of(12), [32], 4)).toEqual([2]);
    const [x, y] = solve(Float64Array.of(2, Number.NaN, 1, 3), [5, 10], 0);
    expect([x, y]).toEqual([expect.closeTo(1, 12), expect.closeTo(3, 12)]);
  });

  it('returns the solution of any system, reading the lower triangle only', () => {
    const property = fc.property(problem, ({ rows, solution, penalty }) => {
      const size = solution.length;
      const full = gramOf(rows, size);
      const moment = solution.map((_, i) =>
        solution.reduce((sum, x, j) => sum + (full[i * size + j]! + (i === j ? penalty : 0)) * x, 0),
      );
      const found = solve(gramOf(rows, size, Number.NaN), moment, penalty);
      found.forEach((x, i) => {
        expect(x).toBeCloseTo(solution[i]!, 6);
      });
    });
    fc.assert(property);
  });

  it('shrinks the solution as the penalty grows', () => {
    const property = fc.property(problem, ({ rows, solution: moment, penalty }) => {
      const gram = gramOf(rows, moment.length);
      const norm = (values: readonly number[]) => Math.hypot(...values);
      expect(norm(solve(gram, moment, 2 * penalty))).toBeLessThanOrEqual(
        norm(solve(gram, moment, penalty)) + 1e-9,
      );
    });
    fc.assert(property);
  });

  it('stays finite if columns are equal and there is no penalty', () => {
    const gram = gramOf(
      [
        [1, 1],
        [2, 2],
      ],
      2,
    );
    for (const x of solve(gram, [5, 5], 0)) expect(Number.isFinite(x)).toBe(true);
  });
});
