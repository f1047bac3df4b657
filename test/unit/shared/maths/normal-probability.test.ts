import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalProbability } from '../../../../core/shared/maths/normal-probability.ts';
import { normalQuantile } from '../../../../core/shared/maths/normal-quantile.ts';

describe('normalProbability', () => {
  it('agrees with tables', () => {
    expect(normalProbability(0)).toBeCloseTo(0.5, 6);
    expect(normalProbability(1.644854)).toBeCloseTo(0.95, 6);
    expect(normalProbability(-3)).toBeCloseTo(0.0013499, 6);
    expect([normalProbability(-40), normalProbability(40)]).toEqual([0, 1]);
  });

  it('inverts the quantile', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-4, max: 1 - 1e-4, noNaN: true }), (p) => {
        expect(normalProbability(normalQuantile(p))).toBeCloseTo(p, 6);
      }),
    );
  });
});
