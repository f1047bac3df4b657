import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  byComponent,
  priceLines,
  totalOf,
  type UsageLine,
} from '../../../../core/platform/billing/cost-lines.ts';
import { costOf, PRICES } from '../../../../core/platform/billing/prices.ts';

describe('prices', () => {
  it('carry a date and sources', () => {
    expect(PRICES.asOf).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    for (const { source } of Object.values(PRICES.prices)) expect(PRICES.sources[source]).toBeDefined();
  });

  it.each([
    ['httpApiRequest', 8_760_000, 8.76],
    ['s3Put', 8_760_000, 43.8],
    ['dynamoWriteUnit', 1_000_000, 0.625],
    ['lambdaArmGbSecond', 1_000_000, 13.3334],
    ['alarmMonth', 8, 0.8],
  ] as const)('%s: %i units cost what a pocket calculator says', (key, units, dollars) => {
    expect(costOf(key, units)).toBeCloseTo(dollars, 6);
  });

  it('apply the free tier once, to the first lines with that price', () => {
    const line = (units: number): UsageLine => ({ component: 'x', what: 'y', price: 'alarmMonth', units });
    const priced = priceLines([line(7), line(7)]);
    expect(priced.map(({ free }) => free)).toEqual([0, expect.closeTo(0.4, 9)]);
    expect(totalOf(priced)).toEqual({ list: expect.closeTo(1.4, 9), free: expect.closeTo(0.4, 9) });
  });

  it('have a free tier per price, and are never negative', () => {
    const line = (price: UsageLine['price'], units: number): UsageLine => ({
      ...{ component: 'x', what: 'y', price, units },
    });
    const priced = priceLines([line('alarmMonth', 4), line('dashboardMonth', 4), line('alarmMonth', 5)]);
    expect(priced.map(({ free }) => free)).toEqual([0, 3, 0]);
    expect(priced.map(({ list }) => list)).toEqual([0.4, 12, 0.5].map((usd) => expect.closeTo(usd, 9)));
    expect(priced[1]).toMatchObject({ component: 'x', what: 'y', price: 'dashboardMonth', units: 4 });
  });

  it('sum to zero without lines', () => {
    expect(totalOf([])).toEqual({ list: 0, free: 0 });
  });

  it('never fall as usage grows, and are never above list price', () => {
    const amount = fc.integer({ min: 0, max: 40 });
    fc.assert(
      fc.property(fc.array(amount, { maxLength: 6 }), amount, (amounts, more) => {
        const usage = (units: number): UsageLine => ({
          ...{ component: 'x', what: 'y', price: 'alarmMonth', units },
        });
        const before = totalOf(priceLines(amounts.map(usage)));
        const after = totalOf(priceLines([...amounts, more].map(usage)));
        expect(before.free).toBeLessThanOrEqual(before.list);
        expect(after.free).toBeGreaterThanOrEqual(before.free);
        // The free tier counts once, however usage is split into lines.
        const whole = totalOf(priceLines([usage(amounts.reduce((sum, n) => sum + n, 0))]));
        expect(before.free).toBeCloseTo(whole.free, 9);
      }),
    );
  });
});

describe('components', () => {
  it('keep the order in which they first appear, and their lines', () => {
    const line = (component: string, units: number): UsageLine => ({
      ...{ component, what: 'y', price: 'alarmMonth', units },
    });
    const groups = byComponent(priceLines([line('b', 1), line('a', 2), line('b', 3)]));
    expect(groups.map(([name, lines]) => [name, lines.map(({ units }) => units)])).toEqual([
      ['b', [1, 3]],
      ['a', [2]],
    ]);
    expect(byComponent([])).toEqual([]);
  });
});
