import { describe, expect, it } from 'vitest';
import { ConformalHistogram } from '../../../core/detection/conformal-histogram.ts';
import { StateReader, StateWriter } from '../../../core/detection/state-bytes.ts';
import { seededRandom } from './daily-series.ts';

const HALF_LIFE = 1e9;

describe('conformal histogram', () => {
  it('counts what lies above, half of a tie and half of the new point', () => {
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

  it('adds for each doubling beyond everything seen, up to its cap', () => {
    const score = (cap: number, residual: number): number => {
      const past = new ConformalHistogram(HALF_LIFE, cap);
      for (let i = 0; i < 100; i++) past.absorb(1);
      return past.scoreAndAbsorb(residual);
    };
    expect(score(2, 4) - score(0, 4)).toBeCloseTo(0.6, 6);
    expect(score(2, Number.POSITIVE_INFINITY) - score(0, Number.POSITIVE_INFINITY)).toBe(2);
    expect(score(2, 0.5)).toBe(score(0, 0.5));
  });

  it('keeps zeros and infinities apart from the rest', () => {
    const past = new ConformalHistogram(HALF_LIFE);
    for (const residual of [0, Number.POSITIVE_INFINITY, 0, 1]) past.absorb(residual);
    expect(past.pValue(Number.POSITIVE_INFINITY)).toBeCloseTo(1 / 5, 6);
    expect(past.pValue(0)).toBeCloseTo(3.5 / 5, 6);
  });

  it('takes residuals 60 doublings below or above its anchor', () => {
    const past = new ConformalHistogram(HALF_LIFE);
    for (const residual of [1, 2 ** -60, 2 ** 60]) past.absorb(residual);
    expect(past.pValue(2 ** -60)).toBeCloseTo(3 / 4, 6);
    expect(past.pValue(2 ** 60)).toBeCloseTo(1 / 4, 6);
  });

  it('tells the residual that a share of the past exceeded', () => {
    const past = new ConformalHistogram(HALF_LIFE);
    expect(past.quantile(0.1)).toBe(0);
    for (let i = 1; i <= 1000; i++) past.absorb(i);
    expect(past.quantile(0.1)).toBeGreaterThan(860);
    expect(past.quantile(0.1)).toBeLessThan(960);
    const zeros = new ConformalHistogram(HALF_LIFE);
    zeros.absorb(0);
    expect(zeros.quantile(0.1)).toBe(0);
  });

  it('goes on identically after being saved', () => {
    const random = seededRandom(2);
    const past = new ConformalHistogram(300, 1);
    for (let i = 0; i < 1000; i++) past.absorb(random() < 0.1 ? 0 : random() * 10);
    const writer = new StateWriter();
    past.save(writer);
    const again = new ConformalHistogram(300, 1);
    again.load(new StateReader(writer.finish()));
    for (let i = 0; i < 1000; i++) {
      const residual = random() * 30;
      expect(again.scoreAndAbsorb(residual)).toBe(past.scoreAndAbsorb(residual));
    }
  });
});
