import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REVERSIBILITIES, RISKS } from '../../../../core/remediation/action.ts';
import { factorsOf, type Merits, scoreOf } from '../../../../core/remediation/recommendation/score.ts';

const plain: Merits = {
  ...{ confidence: 1, expectedSuccess: 1, risk: 'low', reversibility: 'undo' },
  ...{ minutes: 5, leadMinutes: 60, usd: 0, touches: 1, place: 0 },
};

const merits: fc.Arbitrary<Merits> = fc.record({
  confidence: fc.double({ min: 0, max: 1, noNaN: true }),
  expectedSuccess: fc.double({ min: 0, max: 1, noNaN: true }),
  risk: fc.constantFrom(...RISKS),
  reversibility: fc.constantFrom(...REVERSIBILITIES),
  minutes: fc.double({ min: 0, max: 600, noNaN: true }),
  leadMinutes: fc.double({ min: 0, max: 3000, noNaN: true }),
  usd: fc.double({ min: -10, max: 1000, noNaN: true }),
  touches: fc.integer({ min: 1, max: 100 }),
  place: fc.integer({ min: 0, max: 20 }),
});

/** For each merit the better of two values. */
const BETTER: { readonly [Name in keyof Merits]: (a: Merits[Name], b: Merits[Name]) => Merits[Name] } = {
  confidence: Math.max,
  expectedSuccess: Math.max,
  risk: (a, b) => RISKS[Math.min(RISKS.indexOf(a), RISKS.indexOf(b))]!,
  reversibility: (a, b) => REVERSIBILITIES[Math.min(REVERSIBILITIES.indexOf(a), REVERSIBILITIES.indexOf(b))]!,
  minutes: Math.min,
  leadMinutes: Math.max,
  usd: Math.min,
  touches: Math.min,
  place: Math.min,
};

const scored = (given: Merits): number => scoreOf(factorsOf(given));

describe('scoreOf', () => {
  it.each(Object.keys(BETTER) as (keyof Merits)[])('is never lower for a better %s', (name) => {
    const better = BETTER[name] as (a: unknown, b: unknown) => unknown;
    fc.assert(
      fc.property(merits, merits, (a, b) => {
        const improved = { ...a, [name]: better(a[name], b[name]) };
        expect(scored(improved)).toBeGreaterThanOrEqual(scored(a));
      }),
    );
  });

  it('is in [0, 1]', () => {
    fc.assert(
      fc.property(merits, (given) => {
        expect(scored(given)).toBeGreaterThanOrEqual(0);
        expect(scored(given)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('is 1 for a certain, free, safe action on one unit', () => {
    expect(scored(plain)).toBe(1);
  });

  it.each<[string, Partial<Merits>, number]>([
    ['the confidence', { confidence: 0.5 }, 0.5],
    ['the expected success', { expectedSuccess: 0.25 }, 0.25],
    ['an effect at the time of the harm', { minutes: 60 }, 1],
    ['an effect an hour after the harm', { minutes: 120 }, 0.5],
    ['medium risk', { risk: 'medium' }, 0.85],
    ['high risk', { risk: 'high' }, 0.6],
    ['an effect that fades', { reversibility: 'fades' }, 0.95],
    ['an effect that stays', { reversibility: 'permanent' }, 0.8],
    ['$50 in the first day', { usd: 50 }, 0.5],
    ['money saved', { usd: -50 }, 1],
    ['51 units', { touches: 51 }, 0.5],
    ['the second place', { place: 1 }, 0.8],
  ])('is as documented for %s', (_, changes, expected) => {
    expect(scored({ ...plain, ...changes })).toBeCloseTo(expected, 12);
  });

  it.each(Object.keys(factorsOf(plain)) as (keyof ReturnType<typeof factorsOf>)[])(
    'counts %s as often as its weight says',
    (name) => {
      const factors = { ...factorsOf(plain), [name]: 0.5 };
      expect(scoreOf(factors)).toBeCloseTo(0.5, 12);
      expect(scoreOf(factors, { [name]: 3 })).toBeCloseTo(0.125, 12);
    },
  );
});
