import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calibrate } from '../../../../core/forecasts/breach/calibration.ts';
import { between } from '../../../fixtures/numbers.ts';

const logOdds = (p: number) => Math.log(p / (1 - p));
const logistic = (odds: number) => 1 / (1 + Math.exp(-odds));
const rateOnly = (rate: number) => ({ rate, recurrence: null });

describe('calibrate', () => {
  it('weighs the forecast and, if known, the rate of past excursions by their log-odds', () => {
    expect(calibrate(0.3, null)).toBeCloseTo(logistic(0.652 + 0.328 * logOdds(0.3)), 12);
    expect(calibrate(0.3, rateOnly(0.1))).toBeCloseTo(
      logistic(0.622 + 0.379 * logOdds(0.3) + 0.431 * logOdds(0.1)),
      12,
    );
    expect(calibrate(0.3, rateOnly(0.5))).toBeCloseTo(logistic(0.622 + 0.379 * logOdds(0.3)), 12);
  });

  it('uses the recurrence of excursions instead of their rate if it is known', () => {
    const recurrence = { dailyShare: 0.8, quietHorizons: 2 };
    const expected = logistic(0.35 + 0.14 * logOdds(0.3) + 0.56 * logOdds(0.8) - 0.42 * Math.log(2));
    for (const rate of [0.01, 0.9]) expect(calibrate(0.3, { rate, recurrence })).toBeCloseTo(expected, 12);
  });

  it('rises with the share of days that had an excursion, and falls with the time since the last', () => {
    fc.assert(
      fc.property(between(0.01, 0.99), between(0.01, 0.99), between(0.01, 50), (a, b, quietHorizons) => {
        const at = (dailyShare: number, quiet: number) =>
          calibrate(0.01, { rate: 0.5, recurrence: { dailyShare, quietHorizons: quiet } });
        expect(at(Math.max(a, b), quietHorizons)).toBeGreaterThanOrEqual(at(Math.min(a, b), quietHorizons));
        expect(at(a, 2 * quietHorizons)).toBeLessThanOrEqual(at(a, quietHorizons));
      }),
    );
  });

  it('is certain of nothing that the forecast does not give, and never below the likeliest step', () => {
    expect(calibrate(0, null)).toBeCloseTo(logistic(0.652 + 0.328 * logOdds(1e-4)), 12);
    expect(calibrate(0, rateOnly(0))).toBeCloseTo(logistic(0.622 + 0.81 * logOdds(1e-4)), 12);
    expect(calibrate(1, rateOnly(0))).toBe(1);
    expect(calibrate(0.9, rateOnly(0.001))).toBe(0.9);
    expect(calibrate(0.9, { rate: 0.5, recurrence: { dailyShare: 0.01, quietHorizons: 40 } })).toBe(0.9);
  });
});
