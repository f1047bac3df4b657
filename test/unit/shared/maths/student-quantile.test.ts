import { describe, expect, it } from 'vitest';
import { normalQuantile } from '../../../../core/shared/maths/normal-quantile.ts';
import { studentQuantile } from '../../../../core/shared/maths/student-quantile.ts';

describe("quantiles of Student's t distribution", () => {
  it.each([
    [0.975, 1, 12.706],
    [0.975, 3, 3.182],
    [0.95, 5, 2.015],
    [0.975, 10, 2.228],
    [0.995, 30, 2.75],
    [0.5, 7, 0],
  ])('at %d with %d degrees of freedom is %d', (p, degrees, expected) => {
    expect(studentQuantile(p, degrees)).toBeCloseTo(expected, 3);
  });

  it('approach those of the normal distribution', () => {
    expect(studentQuantile(0.975, 1e6)).toBeCloseTo(normalQuantile(0.975), 4);
  });
});
