import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalQuantile } from '../../../../core/shared/maths/normal-quantile.ts';
import { between } from '../../../fixtures/numbers.ts';

describe('the normal quantile', () => {
  // Python: statistics.NormalDist().inv_cdf(p).
  it.each([
    [1e-12, -7.034483825301131],
    [0.001, -3.090232306167814],
    [0.01, -2.326347874040841],
    [0.02425, -1.9729610513118845],
    [0.1, -1.2815515655446],
    [0.4, -0.2533471031357997],
    [0.5, 0],
    [0.9, 1.2815515655446],
    [0.975, 1.959963984540054],
    [0.999, 3.090232306167814],
  ])('of %d has nine correct digits', (p, z) => {
    expect(Math.abs(normalQuantile(p) - z)).toBeLessThanOrEqual(1.15e-9 * Math.max(1, Math.abs(z)));
  });

  it('is symmetric about one half', () => {
    const property = fc.property(between(1e-9, 0.5), (p) => {
      expect(normalQuantile(1 - p)).toBeCloseTo(-normalQuantile(p), 6);
    });
    fc.assert(property);
  });

  it('never falls, even between the tails and the centre', () => {
    const near = between(-1e-6, 1e-6);
    const p = fc.oneof(
      between(1e-12, 1 - 1e-12),
      near.map((by) => 0.02425 + by),
      near.map((by) => 0.97575 + by),
    );
    fc.assert(
      fc.property(p, p, (a, b) => {
        fc.pre(b - a > 1e-8);
        expect(normalQuantile(a)).toBeLessThan(normalQuantile(b));
      }),
    );
  });
});
