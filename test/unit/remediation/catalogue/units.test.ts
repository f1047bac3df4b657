import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addUnits } from '../../../../core/remediation/catalogue/units.ts';

const units = (desired: number, max = 1000) => ({ desired, min: 0, max, inService: desired });

/** Units that are added; 0 if it does not apply. */
const added = (
  add: number,
  demand: number | null,
  { now = 5, max = 100, maxUnits }: { now?: number; max?: number; maxUnits?: number } = {},
): number => {
  const context = { demand, ...(maxUnits === undefined ? {} : { maxUnits }) };
  const change = addUnits({ add, max }, units(now), 'tasks', context);
  return 'notApplicable' in change ? 0 : change.to.desired - change.from.desired;
};

describe('the step of a scale-out', () => {
  it('is what the forecast needs', () => {
    expect(added(10, 1.5)).toBe(3);
    expect(added(10, 1.2)).toBe(1);
    expect(added(10, 1.21)).toBe(2);
  });

  it('is one unit if the forecast needs none', () => expect(added(10, 0.5)).toBe(1));

  it('is the step of the owner without a forecast, and at most that with one', () => {
    expect(added(4, null)).toBe(4);
    expect(added(4, 9)).toBe(4);
  });

  it('is at most what one remediation may touch, and what the resource may have', () => {
    expect(added(10, 9, { maxUnits: 2 })).toBe(2);
    expect(added(10, null, { maxUnits: 2 })).toBe(2);
    expect(added(10, 9, { max: 8 })).toBe(3);
    expect(added(10, 9, { max: 5 })).toBe(0);
  });

  it('never passes a bound, and never falls as the demand rises', () => {
    const whole = (max: number) => fc.integer({ min: 1, max });
    const demand = fc.double({ min: 0, max: 20, noNaN: true });
    fc.assert(
      fc.property(
        whole(20),
        whole(30),
        whole(30),
        whole(60),
        demand,
        demand,
        (add, maxUnits, now, max, a, b) => {
          const of = (value: number) => added(add, value, { now, max, maxUnits });
          expect(of(Math.max(a, b))).toBeGreaterThanOrEqual(of(Math.min(a, b)));
          expect(of(a)).toBeLessThanOrEqual(Math.min(add, maxUnits, Math.max(0, max - now)));
        },
      ),
    );
  });
});
