import { describe, expect, it } from 'vitest';
import { ConformalHistogram } from '../../../../core/anomalies/engine/conformal-histogram.ts';
import { ByteReader, ByteWriter } from '../../../../core/shared/byte-buffer.ts';
import { seededRandom } from './daily-series.ts';

const HALF_LIFE = 1e9;

describe('conformal histogram', () => {
  it('counts larger residuals, half of a tie and half of the new point', () => {
    const past = new ConformalHistogram(HALF_LIFE);
    expect(past.pValue(1)).toBe(0.5);
    for (const residual of [1, 2, 4, 8]) past.absorb(residual);
    expect(past.pValue(16)).toBeCloseTo(0.5 / 5, 6);
    expect(past.pValue(8)).toBeCloseTo(1 / 5, 6);
    expect(past.pValue(3)).toBeCloseTo(2.5 / 5, 6);
    expect(past.pValue(0)).toBeCloseTo(4.5 / 5, 6);
  });

  it('gives uniform p-values to exchangeable residuals', () => {
    const random = seededRandom(4);
    const past = new ConformalHistogram(HALF_LIFE);
    let small = 0;
    for (let i = 0; i < 20_000; i++) {
      const residual = random() ** 3;
      if (past.pValue(residual) <= 0.05) small++;
      past.absorb(residual);
    }
    expect(small / 20_000).toBeGreaterThan(0.04);
    expect(small / 20_000).toBeLessThan(0.06);
  });

  it('does not change when all residuals are rescaled', () => {
    const random = seededRandom(8);
    const plain = new ConformalHistogram(500);
    const scaled = new ConformalHistogram(500);
    for (let i = 0; i < 3000; i++) {
      const residual = random();
      expect(scaled.scoreAndAbsorb(residual * 4096)).toBe(plain.scoreAndAbsorb(residual));
    }
  });

  it('forgets by half every half-life', () => {
    const past = new ConformalHistogram(100);
    for (let i = 0; i < 5000; i++) past.absorb(8);
    for (let i = 0; i < 100; i++) past.absorb(1);
    expect(past.pValue(4)).toBeCloseTo(0.5, 1);
  });

  describe('beyond all previous residuals', () => {
    /** Score of a residual after a past, with and without the tail. */
    const added = (past: readonly number[], residual: number, cap = 10): number => {
      const withTail = new ConformalHistogram(HALF_LIFE, cap);
      const ranked = new ConformalHistogram(HALF_LIFE);
      for (const one of past) {
        withTail.absorb(one);
        ranked.absorb(one);
      }
      return withTail.scoreAndAbsorb(residual) - ranked.scoreAndAbsorb(residual);
    };
    /** Quantiles of a Pareto distribution that starts at 1: as a sample without chance in it. */
    const pareto = (exponent: number, points = 2000): number[] =>
      Array.from({ length: points }, (_, i) => ((i + 0.5) / points) ** (-1 / exponent));

    it('follows a power tail of the exponent that the past has', () => {
      for (const exponent of [1.5, 3, 6]) {
        const past = pareto(exponent);
        const rank = Math.log10(2 * past.length);
        const far = 10 ** (5 / exponent);
        expect(rank + added(past, far)).toBeGreaterThan(4.4);
        expect(rank + added(past, far)).toBeLessThan(5.8);
      }
    });

    it('scores the same excess higher with a lighter tail, within bounds', () => {
      const excess = (exponent: number): number => {
        const past = pareto(exponent);
        return added(past, 8 * Math.max(...past));
      };
      expect(excess(6)).toBeGreaterThan(excess(3) + 1);
      expect(excess(3)).toBeGreaterThan(excess(1.5) + 1);
      expect(excess(0.7)).toBeLessThan(excess(1.5));
      expect(excess(1000)).toBeLessThanOrEqual(10);
    });

    it('adds at most its cap, and nothing to ordinary residuals or after too short a past', () => {
      expect(added(pareto(3), 1e6, 2)).toBe(2);
      expect(added(pareto(3), Number.POSITIVE_INFINITY, 2)).toBe(2);
      expect(added(pareto(3), 2)).toBe(0);
      expect(added(pareto(3, 99), 1e6)).toBe(0);
      expect(added(pareto(3, 101), 1e6)).toBeGreaterThan(1);
    });

    it('treats a past of ties as never exceeded, and uses only the largest of a past of zeros', () => {
      const ties = Array.from({ length: 400 }, (_, i) => (i % 10 === 0 ? 5 : 1));
      expect(added(ties, 10)).toBeGreaterThan(1);
      const zeros = Array.from({ length: 4000 }, (_, i) => (i === 1000 ? 4 : 0));
      expect(added(zeros, 16)).toBeCloseTo(Math.log10(2), 6);
      expect(added(zeros, 2)).toBe(0);
    });
  });

  it('separates zeros and infinities from the rest', () => {
    const past = new ConformalHistogram(HALF_LIFE);
    for (const residual of [0, Number.POSITIVE_INFINITY, 0, 1]) past.absorb(residual);
    expect(past.pValue(Number.POSITIVE_INFINITY)).toBeCloseTo(1 / 5, 6);
    expect(past.pValue(0)).toBeCloseTo(3.5 / 5, 6);
  });

  it('accepts residuals 60 doublings below or above its anchor', () => {
    const past = new ConformalHistogram(HALF_LIFE);
    for (const residual of [1, 2 ** -60, 2 ** 60]) past.absorb(residual);
    expect(past.pValue(2 ** -60)).toBeCloseTo(3 / 4, 6);
    expect(past.pValue(2 ** 60)).toBeCloseTo(1 / 4, 6);
  });

  it('returns the residual that a share of the past exceeded', () => {
    const past = new ConformalHistogram(HALF_LIFE);
    expect(past.quantile(0.1)).toBe(0);
    for (let i = 1; i <= 1000; i++) past.absorb(i);
    expect(past.quantile(0.1)).toBeGreaterThan(860);
    expect(past.quantile(0.1)).toBeLessThan(960);
    const zeros = new ConformalHistogram(HALF_LIFE);
    zeros.absorb(0);
    expect(zeros.quantile(0.1)).toBe(0);
  });

  it.each([0, 1000])('continues identically after being saved with %i points', (points) => {
    const random = seededRandom(2);
    const past = new ConformalHistogram(300, 1);
    for (let i = 0; i < points; i++) past.absorb(random() < 0.1 ? 0 : random() * 10);
    const writer = new ByteWriter();
    past.save(writer);
    const again = new ConformalHistogram(300, 1);
    again.load(new ByteReader(writer.finish()));
    for (let i = 0; i < 1000; i++) {
      const residual = random() * 30;
      expect(again.scoreAndAbsorb(residual)).toBe(past.scoreAndAbsorb(residual));
    }
  });
});
