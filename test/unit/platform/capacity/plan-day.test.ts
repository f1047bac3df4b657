import { describe, expect, it } from 'vitest';
import { MAX_BLOCK_BYTES, MAX_BLOCK_POINTS } from '../../../../core/metrics/blocks/block.ts';
import { encodeBlock } from '../../../../core/metrics/blocks/block-codec.ts';
import { MAX_METRICS_PER_TARGET } from '../../../../core/metrics/targets/target.ts';
import { ALLOWANCES } from '../../../../core/platform/capacity/allowances.ts';
import { type DayFleet, loadOf } from '../../../../core/platform/capacity/fleet-load.ts';
import { planDay } from '../../../../core/platform/capacity/plan-day.ts';
import { simulateDay } from '../../../../core/platform/capacity/simulate-day.ts';
import { sampleBlock } from '../../../../cost/sample-fleet.ts';
import { prod } from '../../../../lib/config/prod.ts';

const fleet: DayFleet = {
  ...{ hosts: 10_000, seriesPerHost: 10, pushMinutes: 5, hostsPerRequest: 1, spreadSeconds: 60 },
  ...{ forecastBatches: 10, forecastSeconds: 300 },
};
const broken = (change: Partial<DayFleet>): string[] =>
  planDay({ ...fleet, ...change })
    .limits.filter(({ fits }) => !fits)
    .map(({ limit }) => limit);

describe('the allowances', () => {
  it('that are settings or limits of Forestall are those of stage prod and of the code', () => {
    const { throttleRate, throttleBurst, storeConcurrency, pointsPerMinute, newTargetsPerDay } = ALLOWANCES;
    expect([throttleRate.value, throttleBurst.value]).toEqual([
      prod.throttle.ratePerSecond,
      prod.throttle.burst,
    ]);
    expect(storeConcurrency.value).toBe(prod.storeConcurrency);
    expect(pointsPerMinute.value).toBe(prod.quotas.pointsPerMinute);
    expect(newTargetsPerDay.value).toBe(prod.quotas.newTargetsPerDay);
    expect(ALLOWANCES.itemBytes.value).toBe(MAX_BLOCK_BYTES);
    expect(ALLOWANCES.blockPoints.value).toBe(MAX_BLOCK_POINTS);
    expect(ALLOWANCES.metricsPerTarget.value).toBe(MAX_METRICS_PER_TARGET);
  });
});

describe('the load of a fleet', () => {
  it('matches a manual calculation', () => {
    // 10,000 hosts in 300 s; 10 series x 12 points an hour; 10 ms and 10 x 3 ms of detection for a push.
    expect(loadOf(fleet)).toMatchObject({ requestsPerPush: 10_000, blockPoints: 120, quotaPoints: 100_000 });
    expect(loadOf(fleet).requestsPerSecond).toBeCloseTo(33.33, 2);
    expect(loadOf(fleet).detectSecondsPerHost).toBeCloseTo(0.04, 9);
    expect(loadOf({ ...fleet, hostsPerRequest: 50 }).requestsPerPush).toBe(200);
  });

  it.each([
    [10, 5],
    [10, 1],
    [300, 5],
    [1000, 5],
  ])('has blocks about as large as the codec writes them: %i series every %i minutes', (series, minutes) => {
    const { blockBytes } = loadOf({ ...fleet, seriesPerHost: series, pushMinutes: minutes });
    const written = encodeBlock(sampleBlock(series, 60 / minutes, 60 * minutes)).length;
    expect(blockBytes / written).toBeGreaterThan(0.9);
    expect(blockBytes / written).toBeLessThan(1.4);
  });
});

describe('a simulated day', () => {
  it('stores and checks each push once, at the rate at which it arrives, if nothing is short', () => {
    const peaks = simulateDay(fleet, ALLOWANCES);
    expect(peaks.requestsPerSecond).toBeCloseTo(10_000 / 60, 6);
    expect(peaks).toMatchObject({ refused: 0, messagesWaiting: 0, storeDelay: 0, detectDelay: 0 });
    expect(peaks.statesReadPerSecond).toBeCloseTo(10_000 / 60, 6);
    // At second 900 of an hour, the push of all hosts closes the hour before.
    expect(peaks.statesWrittenPerSecond).toBeCloseTo(10_000 / 60, 6);
    // Functions at once: 0.1 s of receiving, 0.023 s of storing and 0.08 s of detection for each of 167 hosts a second.
    const perHost = 0.1 + loadOf(fleet).storeSecondsPerHost + loadOf(fleet).closeSecondsPerHost;
    expect(peaks.concurrency).toBeGreaterThanOrEqual((10_000 / 60) * perHost);
    expect(peaks.concurrency).toBeLessThan((10_000 / 60) * perHost + 10 + 40);
  });

  it('refuses what exceeds the throttle, and its senders repeat it until it is accepted', () => {
    const peaks = simulateDay({ ...fleet, spreadSeconds: 0 }, ALLOWANCES);
    // Of each of 288 pushes, at least the 8,000 beyond the burst are refused once.
    expect(peaks.refused).toBeGreaterThanOrEqual(288 * 8000);
    expect(peaks.refused).toBeLessThan(288 * 10_000);
    expect(peaks.storeDelay).toBeLessThan(10);
  });

  it('falls behind where stores or stream consumers are too few', () => {
    const few = { ...ALLOWANCES, streamShards: { ...ALLOWANCES.streamShards, value: 0.1 } };
    expect(simulateDay(fleet, few).detectDelay).toBeGreaterThan(300);
    const slow = { ...ALLOWANCES, storeConcurrency: { ...ALLOWANCES.storeConcurrency, value: 0.5 } };
    expect(simulateDay(fleet, slow).storeDelay).toBeGreaterThan(300);
  });
});

describe('the limits of a day', () => {
  it('hold for 10,000 hosts that spread their pushes over a minute, and behind collectors', () => {
    expect(broken({})).toEqual([]);
    expect(broken({ spreadSeconds: 0, hostsPerRequest: 50 })).toEqual([]);
    expect(broken({ pushMinutes: 1 })).toEqual([]);
  });

  it.each([
    ['hosts on one clock', { spreadSeconds: 0 }, 'requests of a push, in a burst'],
    ['more new hosts than a tenant may add in a day', { hosts: 30_000 }, 'new targets on one day'],
    [
      '300 series every minute for 10,000 hosts',
      { seriesPerHost: 300, pushMinutes: 1 },
      'points a minute, of the quota',
    ],
    [
      '1,000 series every minute',
      { hosts: 10, seriesPerHost: 1000, pushMinutes: 1 },
      'points of an hour block',
    ],
    ['more series than a target may have', { hosts: 10, seriesPerHost: 1001 }, 'metrics of a host'],
    [
      '100,000 hosts',
      { hosts: 100_000, hostsPerRequest: 50, spreadSeconds: 1 },
      'points a minute, of the quota',
    ],
  ])('name what breaks: %s', (_, change, limit) => {
    expect(broken(change)).toContain(limit);
  });

  it('name the first one, up to the number of hosts that fit', () => {
    const plan = planDay({ ...fleet, spreadSeconds: 0 });
    expect(plan.first).toMatchObject({
      limit: 'requests of a push, in a burst',
      kind: 'setting',
      fits: false,
    });
    expect(plan.maxHosts).toBeGreaterThan(1_980);
    expect(plan.maxHosts).toBeLessThanOrEqual(2_000);
    expect(broken({ spreadSeconds: 0, hosts: plan.maxHosts ?? 0 })).toEqual([]);
  });
});
