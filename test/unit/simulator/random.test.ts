import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream, splitMix64, Xoshiro128 } from '../../../core/simulator/random.ts';

describe('seeded randomness', () => {
  it('gives the published SplitMix64 outputs for seed 1234567', () => {
    let state = 1234567n;
    const outputs = Array.from({ length: 5 }, () => {
      const next = splitMix64(state);
      state = next.state;
      return next.output;
    });
    expect(outputs).toEqual([
      6457827717110365317n,
      3203168211198807973n,
      9817491932198370423n,
      4593380528125082431n,
      16408922859458223821n,
    ]);
  });

  it('gives the published xoshiro128** outputs for state 1, 2, 3, 4', () => {
    const random = new Xoshiro128([1, 2, 3, 4]);
    expect(Array.from({ length: 10 }, () => random.nextUint32())).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]);
  });

  it('depends on the names only', () => {
    const first = (...names: (string | number)[]): number => randomStream(7, ...names).nextUint32();
    expect(first('a', 1)).toBe(first('a', 1));
    expect(new Set([first('a', 1), first('a', 2), first('a1'), first('b', 1), first()]).size).toBe(5);
    expect(randomStream(8, 'a').nextUint32()).not.toBe(first('a'));
  });

  it('draws uniforms in [0, 1) and whole numbers below their bound', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 1000 }), (seed, count) => {
        const random = randomStream(seed, 'property');
        for (let i = 0; i < 20; i++) {
          const value = random.uniform();
          expect(value >= 0 && value < 1).toBe(true);
          const whole = random.below(count);
          expect(Number.isInteger(whole) && whole >= 0 && whole < count).toBe(true);
          const between = random.between(-3, 5);
          expect(between >= -3 && between < 5).toBe(true);
        }
      }),
    );
  });

  it('draws standard normals: mean 0, variance 1, tails as they should be', () => {
    const random = randomStream(42, 'normal');
    const values = Array.from({ length: 50_000 }, () => random.normal());
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    const beyondTwo = values.filter((value) => Math.abs(value) > 2).length / values.length;
    expect(mean).toBeCloseTo(0, 1);
    expect(variance).toBeCloseTo(1, 1);
    expect(beyondTwo).toBeGreaterThan(0.041);
    expect(beyondTwo).toBeLessThan(0.05);
  });
});
