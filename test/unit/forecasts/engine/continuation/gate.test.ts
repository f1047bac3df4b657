import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Episode } from '../../../../../core/forecasts/engine/continuation/episode.ts';
import { continuationWeight, isRamp } from '../../../../../core/forecasts/engine/continuation/gate.ts';
import type { PastEpisodes } from '../../../../../core/forecasts/engine/continuation/past-episodes.ts';
import type { RampShape } from '../../../../../core/forecasts/engine/continuation/ramp.ts';

const OUTLOOK = 96;
const steady: RampShape = { half: 1, quarter: 1, eighth: 0.8, versusStep: 2 };
const fresh: PastEpisodes = { failures: 0, isUnusual: true, isReturn: false };
const episode = (logRatio: number, length = 48): Episode => ({
  end: 2016,
  line: { length, slope: 1, end: 50, squares: 1 },
  signalToNoise: Math.exp(logRatio),
});

describe('isRamp', () => {
  it('wants a climb that stands out of its noise, more so with a short history', () => {
    expect(isRamp(episode(1.4), steady, OUTLOOK, false)).toBe(true);
    expect(isRamp(episode(1.2), steady, OUTLOOK, false)).toBe(false);
    expect(isRamp(episode(1.9), steady, OUTLOOK, true)).toBe(false);
    expect(isRamp(episode(2.1), steady, OUTLOOK, true)).toBe(true);
  });

  it('wants the next hours of the climb to matter beside its noise', () => {
    // Twenty spreads over 768 steps are 2.5 over the next 96, and 0.3 over twelve.
    expect(isRamp(episode(3, 768), steady, OUTLOOK, false)).toBe(true);
    expect(isRamp(episode(3, 768), steady, 12, false)).toBe(false);
  });

  it('wants it to move still, and to be no step', () => {
    expect(isRamp(episode(3), { ...steady, quarter: 0.1 }, OUTLOOK, false)).toBe(false);
    expect(isRamp(episode(3), { ...steady, quarter: 0.2 }, OUTLOOK, false)).toBe(true);
    expect(isRamp(episode(3), { ...steady, versusStep: -0.2 }, OUTLOOK, false)).toBe(false);
    expect(isRamp(episode(3), { ...steady, versusStep: 0 }, OUTLOOK, false)).toBe(true);
  });
});

describe('continuationWeight', () => {
  it('is high for a steady climb to new levels', () => {
    expect(continuationWeight(steady, fresh)).toBeGreaterThan(0.9);
  });

  it.each(['half', 'quarter', 'eighth'] as const)('falls as the last %s slows', (part) => {
    const share = fc.double({ min: 0.1, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, share, (a, b) => {
        const slower = continuationWeight({ ...steady, [part]: Math.min(a, b) }, fresh);
        expect(slower).toBeLessThanOrEqual(continuationWeight({ ...steady, [part]: Math.max(a, b) }, fresh));
      }),
    );
    expect(continuationWeight({ ...steady, [part]: 0.1 }, fresh)).toBeLessThan(
      continuationWeight(steady, fresh) - 0.02,
    );
  });

  it('falls with each failure of the past, and at usual levels', () => {
    const weights = [0, 1, 2].map((failures) => continuationWeight(steady, { ...fresh, failures }));
    expect(weights[1]!).toBeLessThan(weights[0]!);
    expect(weights[2]!).toBeLessThan(weights[1]!);
    expect(continuationWeight(steady, { ...fresh, isUnusual: false })).toBeLessThan(weights[0]!);
  });

  it('is none for a return to usual levels, or if continuing is unlikely', () => {
    expect(continuationWeight(steady, { ...fresh, isReturn: true })).toBe(0);
    expect(continuationWeight({ ...steady, half: 0.5, quarter: 0.5 }, { ...fresh, isUnusual: false })).toBe(
      0,
    );
    expect(continuationWeight(steady, { ...fresh, failures: 400 })).toBe(0);
  });
});
