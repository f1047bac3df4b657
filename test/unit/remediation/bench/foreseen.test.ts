import { describe, expect, it } from 'vitest';
import {
  forecastService,
  type ServiceRun,
} from '../../../../bench/remediation/remediation/forecast-service.ts';
import { isForeseen } from '../../../../bench/remediation/remediation/foreseen.ts';
import { DAY_SECONDS, HOUR_SECONDS } from '../../../../core/shared/time.ts';
import { makeManagedService, STEP_SECONDS } from '../../../../core/simulator/managed/managed-service.ts';

const START = 1_788_739_200;
const NOW = START + 6 * DAY_SECONDS;

/** A week without any stretch: the forecast after six days, and the values of the hours after it. */
const calm = () => {
  const service = makeManagedService(5, 'web-1', 'web', { start: START, end: START + 30 * DAY_SECONDS });
  const values = Array.from({ length: (7 * DAY_SECONDS) / STEP_SECONDS }, () => service.step().value);
  const known = (6 * DAY_SECONDS) / STEP_SECONDS;
  const history = {
    start: START,
    stepSeconds: STEP_SECONDS,
    values: Float64Array.from(values.slice(0, known)),
  };
  return { run: forecastService(history, 90, undefined, NOW), values, known };
};
const { run, values, known } = calm();
const until = (hours: number) => values.slice(0, known + 12 * hours);
const seen = (from: ServiceRun, given: readonly number[], hours: number) =>
  isForeseen(from, given, hours * HOUR_SECONDS);
const likely = (probability: number): ServiceRun => ({ ...run, breach: { ...run.breach, probability } });

describe('a forecast of the remediation bench', () => {
  it('counts as long as nothing happens: four hours, or two if a breach is not that unlikely', () => {
    expect(run.warning).toBeNull();
    expect([1, 2, 3, 4].map((hours) => seen(likely(0.01), until(hours), hours))).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect([1, 2].map((hours) => seen(likely(0.2), until(hours), hours))).toEqual([true, false]);
    expect(seen(likely(0.3), until(1), 1)).toBe(false);
  });

  it('is made again while a warning stands or waits for a second run', () => {
    const threshold = { direction: 'above', limit: 90, source: 'fixed' } as const;
    const waiting = {
      severity: 'info',
      since: 0,
      announced: null,
      lessSince: { warning: null, critical: null },
    } as const;
    expect(seen({ ...run, threshold, warning: waiting }, until(1), 1)).toBe(false);
  });

  it('is made again after values that are higher than it expected, or beyond the limit', () => {
    const raised = (by: number, count: number) =>
      until(2).map((value, i, { length }) => (i >= length - count ? value + by : value));
    expect(seen(likely(0.01), raised(15, 5), 2)).toBe(true);
    expect(seen(likely(0.01), raised(15, 6), 2)).toBe(false);
    expect(seen(likely(0.01), raised(80, 1), 2)).toBe(false);
  });
});
