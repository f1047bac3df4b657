import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { continuedCrossing } from '../../../../core/forecasts/breach/continued-crossing.ts';
import type { Continuation } from '../../../../core/forecasts/engine/continuation/continuation.ts';
import type { ResolvedThreshold } from '../../../../core/forecasts/resolved-threshold.ts';

const HORIZON = 96;
const above = (limit: number): ResolvedThreshold => ({ direction: 'above', limit, source: 'fixed' });
const below = (limit: number): ResolvedThreshold => ({ direction: 'below', limit, source: 'fixed' });

/** Climbs from 50 by `perStep`, with noise of about `spread`. */
const climbing = (perStep: number, spread = 1, persistence = 0): Continuation => ({
  centre: Float64Array.from({ length: HORIZON }, (_, h) => 50 + perStep * (h + 1)),
  fan: Float64Array.from({ length: HORIZON }, (_, h) => 0.2 * Math.abs(perStep) * (h + 1)),
  residuals: Float64Array.from({ length: 48 }, (_, i) => (spread * (i - 23.5)) / 14),
  persistence,
});
const mirrored = ({ centre, residuals, ...rest }: Continuation): Continuation => ({
  ...rest,
  centre: centre.map((value) => -value),
  residuals: residuals.map((value) => -value).reverse(),
});

describe('continuedCrossing', () => {
  it('is sure of a limit that the whole fan passes, and of none beyond it', () => {
    expect(continuedCrossing(climbing(0.5), above(60)).byStep.at(-1)).toBeGreaterThan(0.99);
    expect(continuedCrossing(climbing(0.5), above(150)).byStep.at(-1)).toBeLessThan(0.01);
  });

  it('crosses when the median path does, in about half of the paths', () => {
    const { byStep } = continuedCrossing(climbing(0.5, 0.1), above(50 + 0.5 * 60));
    const step = byStep.findIndex((p) => p >= 0.5) + 1;
    expect(step).toBeGreaterThan(57);
    expect(step).toBeLessThan(63);
  });

  it('never falls with time, and is at least the likeliest step', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1, max: 1, noNaN: true }),
        fc.double({ min: 0.01, max: 5, noNaN: true }),
        fc.double({ min: 0, max: 0.97, noNaN: true }),
        fc.double({ min: -50, max: 150, noNaN: true }),
        (perStep, spread, persistence, limit) => {
          const { byStep, likeliestStep } = continuedCrossing(
            climbing(perStep, spread, persistence),
            above(limit),
          );
          byStep.forEach((p, h) => {
            expect(p).toBeGreaterThanOrEqual((byStep[h - 1] ?? 0) - 1e-9);
            expect(p).toBeLessThanOrEqual(1 + 1e-9);
          });
          expect(byStep.at(-1)!).toBeGreaterThan(likeliestStep - 1e-6);
        },
      ),
    );
  });

  it('gives a mirrored series and limit the same answer', () => {
    const plain = continuedCrossing(climbing(0.4, 2, 0.5), above(80));
    const turned = continuedCrossing(mirrored(climbing(0.4, 2, 0.5)), below(-80));
    expect(turned.likeliestStep).toBeCloseTo(plain.likeliestStep, 9);
    turned.byStep.forEach((p, h) => {
      expect(p).toBeCloseTo(plain.byStep[h]!, 9);
    });
  });

  it('gives independent noise more chances to cross than persistent noise', () => {
    const limit = above(50 + 0.05 * HORIZON + 2);
    const independent = continuedCrossing(climbing(0.05, 1, 0), limit).byStep.at(-1)!;
    const persistent = continuedCrossing(climbing(0.05, 1, 0.95), limit).byStep.at(-1)!;
    expect(independent).toBeGreaterThan(persistent + 0.1);
  });
});
