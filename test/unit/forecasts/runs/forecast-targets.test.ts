import { describe, expect, it } from 'vitest';
import { EVENT_SCHEMAS } from '../../../../core/api/event-catalogue.ts';
import { ensembleBackend } from '../../../../core/forecasts/ensemble-backend.ts';
import { announceBatch } from '../../../../core/forecasts/runs/announce-batch.ts';
import { type ForecastTask, forecastTargets } from '../../../../core/forecasts/runs/forecast-targets.ts';
import { settleWarnings } from '../../../../core/forecasts/runs/settle-warnings.ts';
import type { History } from '../../../../core/metrics/blocks/block-history.ts';
import type { Target } from '../../../../core/metrics/targets/target.ts';
import { Settings } from '../../../../core/platform/settings/settings.ts';
import { isoOfMs } from '../../../../core/shared/time.ts';
import { backendOf, type Forecaster, pointsUpTo, steadyForecaster } from './steady-forecaster.ts';

const NOW = 1_795_255_500;
const task = {
  runId: '2026-11-21T09-25-00Z-abcd1234',
  issuedAt: NOW * 1000,
  backend: backendOf(steadyForecaster),
};
const target: Target = {
  tenantId: 'acme',
  targetId: 'web-1',
  profile: 'web',
  metrics: { cpu_percent: { kind: 'gauge', unit: '%' }, requests: { kind: 'counter' } },
  firstSeen: 0,
  lastSeen: NOW,
};
/** The outcome of a target without earlier runs. */
const forecastTarget = async (one: Target, histories: ReadonlyMap<string, History>, by: ForecastTask) => {
  const [outcome] = await forecastTargets([{ target: one, histories }], by);
  return settleWarnings(outcome!, new Map(), 0);
};
const at = (value: number, lastAt = NOW) =>
  pointsUpTo(
    lastAt,
    300,
    Array.from({ length: 4000 }, (_, i) => value + (i % 2)),
  );

describe('forecasting a target', () => {
  it('forecasts each of its series and compares it with the threshold of its profile', async () => {
    const outcome = await forecastTarget(target, new Map([['cpu_percent', at(90)]]), task);
    expect(outcome).toMatchObject({ series: 1, failures: [], faults: [] });
    const [metric] = outcome.forecast.metrics;
    expect(metric).toMatchObject({ metric: 'cpu_percent', threshold: { limit: 80, source: 'fixed' } });
    expect(metric?.breach).toMatchObject({ severity: 'critical' });
    expect(outcome.breaches).toMatchObject([
      {
        tenantId: 'acme',
        targetId: 'web-1',
        profile: 'web',
        runId: task.runId,
        expectedPeak: expect.closeTo(90.9),
      },
    ]);
    expect(outcome.breaches[0]?.risk).toBeGreaterThan(50);
  });

  it('learns no threshold from less than a day: a new series is forecast without predicted breaches', async () => {
    const young = pointsUpTo(NOW, 300, [0, 0, 0, 5]);
    const day = pointsUpTo(
      NOW,
      300,
      Array.from({ length: 289 }, (_, i) => i % 5),
    );
    const outcome = await forecastTarget(target, new Map([['queue_depth', young]]), task);
    expect(outcome.forecast.metrics).toMatchObject([
      { metric: 'queue_depth', threshold: null, breach: null },
    ]);
    expect(outcome.breaches).toEqual([]);
    const later = await forecastTarget(target, new Map([['queue_depth', day]]), task);
    expect(later.forecast.metrics[0]?.threshold).toMatchObject({ source: 'historical' });
  });

  it('reports no breach in the first hour, whose wide band reaches every threshold', async () => {
    const breachAfter = async (points: number) => {
      const values = Array.from({ length: points }, (_, i) => 85 + (i % 2));
      const outcome = await forecastTarget(
        target,
        new Map([['cpu_percent', pointsUpTo(NOW, 300, values)]]),
        task,
      );
      return outcome.forecast.metrics[0]?.breach;
    };
    expect(await breachAfter(11)).toBeNull();
    expect((await breachAfter(12))?.probability).toBeGreaterThan(0.5);
  });

  it('passes the bounds of a percentage to the backend, unless the history exceeds them', async () => {
    const seen: unknown[] = [];
    const spy = {
      ...task,
      backend: backendOf((request) => {
        seen.push(request.bounds);
        return steadyForecaster(request);
      }),
    };
    await forecastTarget(target, new Map([['cpu_percent', at(50)]]), spy);
    await forecastTarget(target, new Map([['cpu_percent', at(150)]]), spy);
    expect(seen).toEqual([{ lower: 0, upper: 100 }, undefined]);
  });

  it('predicts no breach of an idle host, and one of a disk whose free space runs out', async () => {
    const metrics = {
      'system.cpu.utilization{cpu="cpu0",state="idle"}': 0.95,
      'system.memory.utilization{state="free"}': 0.93,
      cpu_idle_percent: 96,
      disk_free_percent: 91,
      memory_available_percent: 91,
      cache_hit_memory_percent: 96,
    };
    const histories = new Map(
      Object.entries(metrics).map(([name, level]) => [
        name,
        pointsUpTo(
          NOW,
          300,
          Array.from({ length: 4000 }, (_, i) => level * (1 + (i % 2) / 100)),
        ),
      ]),
    );
    const units = Object.fromEntries(
      Object.keys(metrics).map((name) => [
        name,
        { kind: 'gauge' as const, unit: name.startsWith('system') ? '1' : '%' },
      ]),
    );
    const idle = await forecastTarget({ ...target, metrics: units }, histories, task);
    expect(idle.failures).toEqual([]);
    expect(idle.breaches.filter(({ breach }) => breach.probability >= 0.5)).toEqual([]);
    const low = new Map([['disk_free_percent', at(2)]]);
    const full = await forecastTarget({ ...target, metrics: units }, low, task);
    expect(full.forecast.metrics[0]).toMatchObject({
      threshold: { direction: 'below', limit: 10, source: 'fixed' },
      breach: { severity: 'critical' },
    });
  });

  it('says how it read a metric', async () => {
    const outcome = await forecastTarget(target, new Map([['cpu_percent', at(20)]]), task);
    expect(outcome.forecast.metrics[0]?.forecast.reason).toMatch(
      /; read as used CPU in percent: a rise does harm \(by its name\)$/,
    );
  });

  it("reads a metric as the tenant's settings say", async () => {
    const reading = (rule: object) => ({
      ...task,
      settings: Settings.parse({ version: 0, readings: [{ metric: 'cpu_percent', ...rule }] }),
    });
    const history = new Map([['cpu_percent', at(90)]]);
    const harmless = await forecastTarget(target, history, reading({ harm: 'none' }));
    expect(harmless.forecast.metrics[0]).toMatchObject({ threshold: null, breach: null });
    const idle = await forecastTarget(target, history, reading({ measures: 'free' }));
    expect(idle.forecast.metrics[0]).toMatchObject({ threshold: { direction: 'below', limit: 20 } });
    expect(idle.forecast.metrics[0]?.forecast.reason).toContain(
      'free CPU in percent: a fall does harm (by your settings)',
    );
    const total = await forecastTarget(target, history, reading({ kind: 'counter' }));
    expect(total.forecast.metrics[0]?.forecast.quantiles[0]?.[0]).toBeLessThan(1);
  });

  it('reports a bad series with its reason and forecasts the others', async () => {
    const histories = new Map([
      ['cpu_percent', at(50)],
      ['silent', at(50, NOW - 100_000)],
      ['empty', { timestamps: [], values: [] }],
    ]);
    const outcome = await forecastTarget(target, histories, task);
    expect(outcome.series).toBe(3);
    expect(outcome.forecast.metrics.map(({ metric }) => metric)).toEqual(['cpu_percent']);
    expect(outcome.failures).toEqual([
      { targetId: 'web-1', metric: 'empty', reason: expect.stringContaining('no usable value') },
      { targetId: 'web-1', metric: 'silent', reason: expect.stringContaining('no data since') },
    ]);
    expect(outcome.faults).toEqual([]);
  });

  it('reports an error of the backend without disclosing its details to the tenant', async () => {
    const broken = () => {
      throw new TypeError('secret internals');
    };
    const outcome = await forecastTarget(target, new Map([['cpu_percent', at(50)]]), {
      ...task,
      backend: backendOf(broken),
    });
    expect(outcome.failures).toEqual([
      { targetId: 'web-1', metric: 'cpu_percent', reason: 'the forecaster failed' },
    ]);
    expect(outcome.faults).toMatchObject([{ metric: 'cpu_percent', cause: expect.any(TypeError) }]);
  });

  it('reports a forecast that cannot be stored as a failure of its series', async () => {
    const infinite: Forecaster = (request) => ({
      ...steadyForecaster(request),
      mean: new Float64Array(request.horizon).fill(Number.NaN),
    });
    const outcome = await forecastTarget(target, new Map([['cpu_percent', at(50)]]), {
      ...task,
      backend: backendOf(infinite),
    });
    expect(outcome.failures[0]?.reason).toMatch(/not finite/);
  });

  it('reports a target without any history', async () => {
    const outcome = await forecastTarget(target, new Map(), task);
    expect(outcome).toMatchObject({
      series: 0,
      failures: [{ metric: undefined, reason: 'no data in the last 14 days' }],
    });
  });

  it('works with the engine that production uses', async () => {
    const values = Array.from({ length: 4 * 288 }, (_, i) => 50 + 20 * Math.sin((i / 288) * 2 * Math.PI));
    const outcome = await forecastTarget(target, new Map([['cpu_percent', pointsUpTo(NOW, 300, values)]]), {
      ...task,
      backend: ensembleBackend,
    });
    expect(outcome.failures).toEqual([]);
    expect(outcome.forecast.metrics[0]?.forecast).toMatchObject({
      horizon: 96,
      stepSeconds: 300,
      start: NOW + 300,
    });
  });
});

describe('the events of a batch', async () => {
  const outcomes = [
    await forecastTarget(
      target,
      new Map([
        ['cpu_percent', at(90)],
        ['cpu', at(82)],
      ]),
      task,
    ),
    await forecastTarget({ ...target, targetId: 'web-2' }, new Map(), task),
  ];
  const batch = {
    tenantId: 'acme',
    runId: task.runId,
    index: 3,
    issuedAt: task.issuedAt,
    archiveKey: 'k',
    outcomes,
  };

  it('announce the forecasts and every warning that is raised', () => {
    const [published, ...breaches] = announceBatch(batch);
    expect(published).toMatchObject({
      name: 'ForecastPublished',
      source: 'forestall.forecasts',
      detail: { targets: 1, forecasts: 2, model: 'steady-1', archiveKey: 'k' },
    });
    const announced = outcomes
      .flatMap((outcome) => outcome.breaches)
      .filter(({ breach }) => breach.severity !== 'info');
    expect(breaches.map(({ detail }) => detail)).toMatchObject(
      announced.map(({ metric, risk }) => ({
        metric,
        risk,
        reason: 'raised',
        since: isoOfMs(task.issuedAt),
      })),
    );
    expect(breaches.length).toBeGreaterThan(0);
  });

  it('match their schemas', () => {
    for (const { name, detail } of announceBatch(batch))
      expect(() => EVENT_SCHEMAS[name].parse(detail)).not.toThrow();
  });

  it('have ids that are the same for a repeated batch and differ otherwise', () => {
    const ids = (index: number) => announceBatch({ ...batch, index }).map(({ detail }) => detail.id);
    expect(ids(3)).toEqual(ids(3));
    expect(new Set([...ids(3), ...ids(4)]).size).toBe(ids(3).length + 1);
  });

  it('are empty if nothing was forecast', () => {
    expect(announceBatch({ ...batch, outcomes: outcomes.slice(1) })).toEqual([]);
  });
});
