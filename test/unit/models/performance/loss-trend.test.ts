import { describe, expect, it } from 'vitest';
import { lossTrend } from '../../../../core/models/performance/loss-trend.ts';
import { randomStream } from '../../../../core/simulator/random.ts';

/** Daily losses that vary by 10 %, are higher on Sundays, and rise by a share within the days. */
const losses = (seed: number, days: number, rise: number, correlation = 0.3): number[] => {
  const random = randomStream(seed, 'losses');
  let state = random.normal();
  return Array.from({ length: days }, (_, day) => {
    state = correlation * state + Math.sqrt(1 - correlation ** 2) * random.normal();
    return Math.exp(0.1 * state + (day % 7 === 6 ? 0.15 : 0) + (Math.log1p(rise) * day) / (days - 1));
  });
};
const alarms = (days: number, rise: number, correlation?: number): number =>
  Array.from({ length: 200 }, (_, seed) => lossTrend(losses(seed, days, rise, correlation))).filter(
    ({ worsens }) => worsens,
  ).length;

describe('a trend of losses', () => {
  it('is found if they rise clearly', () => {
    expect(alarms(28, 1)).toBeGreaterThan(170);
    const { rise, days, reason } = lossTrend(losses(1, 28, 1));
    expect(rise).toBeGreaterThan(0.6);
    expect(days).toBe(28);
    expect(reason).toMatch(/^The loss has been rising for 28 days: \d+ % up\.$/);
  });

  it('is hardly ever found in stable losses, also if days resemble each other', () => {
    expect(alarms(28, 0)).toBeLessThanOrEqual(1);
    expect(alarms(28, 0, 0.6)).toBeLessThanOrEqual(5);
  });

  it('is no alarm if losses fall', () => {
    expect(alarms(28, -0.5)).toBe(0);
    expect(lossTrend(losses(1, 28, -0.5)).reason).toMatch(/shows no rise of 10 % in 28 days: \d+ % down/);
  });

  it('is no alarm if it is clear but small', () => {
    const slow = Array.from({ length: 28 }, (_, day) => 1 + 0.003 * day + 0.002 * Math.sin(9 * day));
    expect(lossTrend(slow)).toMatchObject({ worsens: false, pValue: expect.closeTo(0, 3) });
  });

  it('needs three weeks of known losses, and judges whole weeks', () => {
    const missing = losses(1, 28, 1).map((loss, day) => (day % 3 === 0 ? Number.NaN : loss));
    expect(lossTrend(missing)).toMatchObject({
      worsens: false,
      reason: 'The loss is known for 18 of the latest 28 days; a trend needs 21.',
    });
    expect(lossTrend(losses(1, 33, 1)).days).toBe(28);
    expect(lossTrend(losses(1, 20, 1)).worsens).toBe(false);
  });

  it('is none if all losses are equal', () => {
    expect(lossTrend(new Array<number>(28).fill(0.4))).toMatchObject({ worsens: false, rise: 0 });
  });

  it('says if the usual variation explains a rise', () => {
    const lone = new Array<number>(28).fill(1).map((loss, day) => (day % 2 === 0 ? loss : loss * 3));
    const { worsens, reason } = lossTrend(lone.map((loss, day) => (day > 24 ? loss * 1.5 : loss)));
    expect(worsens).toBe(false);
    expect(reason).not.toBe('');
  });
});
