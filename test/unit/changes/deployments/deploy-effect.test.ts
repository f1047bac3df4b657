import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type DeployWindow,
  deployEffect,
} from '../../../../core/changes/deployments/health/deploy-effect.ts';
import { harmMeaningOf, towardsHarm } from '../../../../core/changes/deployments/health/harm-direction.ts';
import type { RegularSeries } from '../../../../core/metrics/series/metric-series.ts';
import { between } from '../../../fixtures/numbers.ts';

const AT = 1_795_255_200;
const STEP = 300;
const SCALE = { smallest: 0, isBounded: false };
const BOUNDED = { smallest: 1, isBounded: true };
const window: DeployWindow = { at: AT, from: AT + 900, until: AT + 1800 };

/** `days` before the deployment and an hour after it; `value` by epoch second. */
const grid = (value: (at: number) => number, days = 4): RegularSeries => {
  const start = AT - days * 86_400;
  const steps = (days * 86_400 + 3600) / STEP + 1;
  return {
    start,
    stepSeconds: STEP,
    values: Float64Array.from({ length: steps }, (_, i) => value(start + i * STEP)),
  };
};

const daily = (at: number) => 50 + 20 * Math.sin((2 * Math.PI * at) / 86_400);
const noisy = (at: number) => daily(at) + 2 * Math.sin(at * 0.0137) + Math.sin(at * 0.41);
const stepped = (size: number) => (at: number) => noisy(at) + (at > AT ? size : 0);

describe('the effect of a deployment on a metric', () => {
  it('is close to zero if the daily pattern continues, even if it is steep at that time', () => {
    const effect = deployEffect(grid(noisy), window, BOUNDED);
    expect(Math.abs(effect!.moved / effect!.spread)).toBeLessThan(2);
    expect(effect).toMatchObject({ isLog: false, points: 3 });
    expect(effect!.placebos).toBeGreaterThan(180);
  });

  it('grows with the step', () => {
    const moved = [0, 5, 10, 20].map((size) => deployEffect(grid(stepped(size)), window, BOUNDED)!);
    const inSpreads = moved.map((effect) => effect.moved / effect.spread);
    expect(inSpreads).toEqual([...inSpreads].sort((a, b) => a - b));
    expect(inSpreads.at(-1)).toBeGreaterThan(5);
  });

  it('of positive unbounded metrics is proportional, so their unit does not matter', () => {
    const of = (unit: number) =>
      deployEffect(
        grid((at) => unit * stepped(30)(at)),
        window,
        SCALE,
      )!;
    const [ms, seconds] = [of(1), of(0.001)];
    expect(ms.isLog).toBe(true);
    expect(seconds.moved / seconds.spread).toBeCloseTo(ms.moved / ms.spread, 6);
    expect(ms.actual / seconds.actual).toBeCloseTo(1000, 6);
  });

  it('does not depend on the epoch, by whole days', () => {
    fc.assert(
      fc.property(fc.integer({ min: -50, max: 50 }), between(-20, 20), (days, size) => {
        const shift = days * 86_400;
        const moved = grid(stepped(size));
        const later = { ...moved, start: moved.start + shift };
        const at = { at: window.at + shift, from: window.from + shift, until: window.until + shift };
        expect(deployEffect(later, at, BOUNDED)).toEqual(deployEffect(moved, window, BOUNDED));
      }),
      { numRuns: 20 },
    );
  });

  it('is undefined without points after it, or without enough before it', () => {
    expect(
      deployEffect(
        grid((at) => (at > AT ? Number.NaN : noisy(at))),
        window,
        BOUNDED,
      ),
    ).toBeUndefined();
    expect(deployEffect(grid(noisy, 0.2), window, BOUNDED)).toBeUndefined();
    expect(
      deployEffect(
        grid((at) => (at > AT - 7200 && at <= AT ? Number.NaN : noisy(at))),
        window,
        BOUNDED,
      ),
    ).toBeUndefined();
    const short = grid(noisy);
    expect(
      deployEffect({ ...short, values: short.values.subarray(0, 100) }, window, BOUNDED),
    ).toBeUndefined();
    expect(deployEffect({ ...short, start: AT + 7200 }, window, BOUNDED)).toBeUndefined();
    const between = { at: AT, from: AT + 60, until: AT + 200 };
    expect(deployEffect(short, between, BOUNDED)).toBeUndefined();
  });

  it('of a metric that never moves is large at the first move, and zero without one', () => {
    const flat = deployEffect(
      grid(() => 0),
      window,
      SCALE,
    )!;
    expect(flat).toMatchObject({ moved: 0, isLog: false });
    const jump = deployEffect(
      grid((at) => (at > AT ? 1 : 0)),
      window,
      SCALE,
    )!;
    expect(jump.moved / jump.spread).toBeGreaterThan(30);
    const small = deployEffect(
      grid((at) => (at > AT ? 0.5 : 0)),
      window,
      BOUNDED,
    )!;
    expect(small.moved / small.spread).toBe(0.5);
  });

  it('uses a forecast that was published before it, if there is one', () => {
    const foretold = { medianBetween: () => ({ median: 70, spread: 9 }) };
    const effect = deployEffect(grid(noisy), window, BOUNDED, foretold)!;
    expect(effect).toMatchObject({ expected: 70, spread: 9 });
    const log = deployEffect(grid(noisy), window, SCALE, foretold)!;
    expect(log.expected).toBeCloseTo(70, 9);
    expect(log.spread).toBeCloseTo(Math.max(9 / 70, log.spread), 9);
    const nothing = { medianBetween: () => undefined };
    const plain = deployEffect(grid(noisy), window, SCALE);
    expect(deployEffect(grid(noisy), window, SCALE, nothing)).toEqual(plain);
    const negative = { medianBetween: () => ({ median: -1, spread: 1 }) };
    expect(deployEffect(grid(noisy), window, SCALE, negative)).toEqual(plain);
  });
});

describe('the harmful direction', () => {
  it.each([
    ['latency_ms', 'ms', 'latency', 'up'],
    ['error_rate', '%', 'error-share', 'up'],
    ['HTTPCode_Target_5XX_Count', undefined, 'failures', 'up'],
    ['container_restarts', undefined, 'failures', 'up'],
    ['cpu_percent', '%', 'cpu', 'up'],
    ['memory_percent', '%', 'memory', 'up'],
    ['disk_percent', '%', 'disk-space', 'up'],
    ['ApproximateAgeOfOldestMessage', undefined, 'queue', 'up'],
    ['kafka_consumer_lag', undefined, 'queue', 'up'],
    ['request_rate', '/s', 'request-rate', 'down'],
    ['availability_percent', '%', 'availability', 'down'],
    ['cache hit ratio', undefined, 'availability', 'down'],
    ['orders_placed', undefined, 'other', 'either'],
  ])('%s (%s) is %s, worse %s', (metric, unit, concern, worse) => {
    expect(harmMeaningOf(metric, unit)).toMatchObject({ concern, worse });
  });

  it('converts signed moves to harm', () => {
    expect([towardsHarm(2, 'up'), towardsHarm(2, 'down'), towardsHarm(-2, 'down')]).toEqual([2, -2, 2]);
    expect([towardsHarm(-2, 'either'), towardsHarm(2, 'either')]).toEqual([2, 2]);
  });

  it('has a smallest move worth reporting', () => {
    expect(harmMeaningOf('error_percent', '%')).toMatchObject({ smallest: 0.1, isBounded: true });
    expect(harmMeaningOf('cpu_ratio')).toMatchObject({ smallest: 0.01, isBounded: true });
    expect(harmMeaningOf('latency_ms', 'ms')).toMatchObject({ smallest: 0, isBounded: false });
  });
});
