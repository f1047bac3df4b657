import { describe, expect, it } from 'vitest';
import {
  type Report,
  type ScoreMaterial,
  scoreDeployment,
} from '../../../../core/changes/deployments/health/score-deployment.ts';
import {
  earlierForecastOf,
  type TargetMaterial,
} from '../../../../core/changes/deployments/health/target-effects.ts';
import { windowOf } from '../../../../core/changes/watch-policy.ts';
import type { TargetForecast } from '../../../../core/forecasts/target-forecast.ts';
import { AT, requests, series, service } from './deployed-world.ts';

type Points = readonly (readonly [number, number])[];

const material = (id: string, metrics: Readonly<Record<string, Points>>): TargetMaterial => ({
  target: service(id),
  histories: new Map(
    Object.entries(metrics).map(([metric, points]) => [
      metric,
      { timestamps: points.map(([at]) => at), values: points.map(([, value]) => value) },
    ]),
  ),
});

const scored = (own: TargetMaterial, over: Partial<ScoreMaterial> = {}, minutes = 60) =>
  scoreDeployment({
    ...{ window: windowOf(AT, minutes), own, callers: [], callees: [], peers: [], reports: [] },
    ...over,
  });

const good = material('web-1', requests());
const slow = material('web-1', requests(3));
const failing = material('web-1', requests(1, 8));

describe('the score of a deployment', () => {
  it('is 100 with high confidence if nothing changed', () => {
    const { health, confidence, parts, judged, sent } = scored(good);
    expect({ health, parts, judged, sent }).toEqual({ health: 100, parts: [], judged: 3, sent: 3 });
    expect(confidence).toBeGreaterThan(0.8);
  });

  it('is low for slow and for failing requests, with a readable reason', () => {
    expect(scored(slow).health).toBeLessThan(15);
    const { health, parts } = scored(failing);
    expect(health).toBeLessThan(15);
    expect(parts[0]?.text).toMatch(/^error_percent of web-1: 8\.\d+, expected 0\.\d+; [\d.]+ spreads worse$/);
  });

  it('falls as more goes wrong', () => {
    const steps = [1, 1.2, 1.5, 3].map((factor) => scored(material('web-1', requests(factor))).health!);
    expect(steps).toEqual([...steps].sort((a, b) => b - a));
    const both = scored(material('web-1', requests(1.5, 8))).health!;
    expect(both).toBeLessThan(Math.min(steps[2]!, scored(failing).health!));
  });

  it('ignores improvements', () => {
    const faster = material('web-1', { ...requests(0.3), request_rate: series(80, (rate) => rate * 2) });
    expect(scored(faster).health).toBe(100);
  });

  it('falls if requests stop', () => {
    const fewer = material('web-1', { ...requests(), request_rate: series(80, (rate) => rate / 3) });
    const { health, parts } = scored(fewer);
    expect(health).toBeLessThan(50);
    expect(parts[0]?.text).toContain('request_rate');
  });

  it('is unknown, never healthy, if nothing arrives any more or nothing ever did', () => {
    const silent = Object.fromEntries(
      Object.entries(requests()).map(([name, points]) => [name, points.filter(([at]) => at <= AT)]),
    );
    expect(scored(material('web-1', silent))).toMatchObject({
      health: null,
      confidence: 0,
      judged: 0,
      sent: 3,
    });
    expect(scored(material('web-1', {}))).toMatchObject({ health: null, confidence: 0, judged: 0, sent: 0 });
    const { latency_ms, ...rest } = silent;
    const half = scored(material('web-1', { ...rest, latency_ms: requests().latency_ms }));
    expect(latency_ms).toBeDefined();
    expect(half).toMatchObject({ health: 100, judged: 1, sent: 3 });
    expect(half.confidence).toBeLessThan(0.4);
  });

  it('skips metrics that ended before, are too slow, or have no numbers', () => {
    const gone = series(5).filter(([at]) => at < AT - 86_400);
    const slowly = series(5).filter(([at]) => (at - AT) % 7200 === 0);
    const never = series(Number.NaN);
    const own = material('web-1', { ...requests(), gone, slowly, never });
    expect(scored(own)).toMatchObject({ health: 100, judged: 3, sent: 5 });
  });

  it('judges counters by their rates', () => {
    let total = 0;
    const counted = (factor: number): Points =>
      series(100, (value) => value * factor).map(([at, value]) => {
        total += value;
        return [at, total] as const;
      });
    const of = (factor: number): TargetMaterial => {
      const own = material('web-1', { errors_total: counted(factor), alone_total: counted(1).slice(-1) });
      const kinds = { errors_total: { kind: 'counter' }, alone_total: { kind: 'counter' } } as const;
      return { ...own, target: service('web-1', { metrics: kinds }) };
    };
    expect(scored(of(1)).health).toBe(100);
    expect(scored(of(4)).health).toBeLessThan(20);
  });

  it('includes callers and callees, which count less', () => {
    const callers = [material('gate-1', requests(3))];
    const callees = [material('db-1', requests(3))];
    const [own, caller, callee] = [scored(slow), scored(good, { callers }), scored(good, { callees })];
    expect(caller.health).toBeLessThan(callee.health!);
    expect(own.health).toBeLessThan(caller.health!);
    expect(callee.health).toBeLessThan(100);
    expect(caller.parts[0]?.text).toContain('gate-1');
  });

  it('does not attribute moves that its peers share', () => {
    const peers = (slower: number) =>
      [1, 2, 3, 4].map((i) => material(`web-9${i}`, requests(slower + i / 100)));
    expect(scored(slow, { peers: peers(3) }).health).toBeGreaterThan(95);
    expect(scored(slow, { peers: peers(1) }).health).toBeLessThan(15);
    expect(scored(slow, { peers: peers(0.3) }).health).toBeCloseTo(scored(slow).health!, 9);
    expect(scored(good, { peers: peers(3) }).health).toBe(100);
    expect(scored(slow, { peers: peers(3).slice(0, 2) }).health).toBeLessThan(15);
    const worseStill = scored(material('web-1', requests(9)), { peers: peers(3) });
    expect(worseStill.health).toBeLessThan(50);
    expect(worseStill.parts[0]?.text).toContain('spreads worse than its peers');
  });

  it('treats metrics without a description as gauges', () => {
    const own = material('web-1', { queue_depth: series(20, (value) => value * 4) });
    expect(scored(own).parts[0]?.text).toContain('queue_depth');
  });

  it('compares peers only on the same scale', () => {
    const zero = {
      latency_ms: series(120, (value) => value * 3).map(([at, v], i) => [at, i === 5 ? 0 : v] as const),
    };
    const peers = [1, 2, 3].map((i) => material(`web-9${i}`, zero));
    expect(scored(material('web-1', { latency_ms: requests(3).latency_ms }), { peers }).health).toBeLessThan(
      15,
    );
  });
});

describe('signals since the deployment', () => {
  const report = (over: Partial<Report> = {}): Report => ({
    ...{ kind: 'alarm', targetId: 'web-1', subject: 'Checkout errors', confidence: 1 },
    ...over,
  });

  it('count by kind, role and confidence, once each', () => {
    const callers = [material('gate-1', requests())];
    const health = (...reports: Report[]) => scored(good, { callers, reports }).health!;
    expect(health()).toBe(100);
    expect(health(report())).toBeCloseTo(50, 9);
    expect(health(report(), report({ subject: 'another' }))).toBeCloseTo(50, 9);
    expect(health(report({ kind: 'anomaly', confidence: 0.5 }))).toBeCloseTo(85, 9);
    expect(health(report({ kind: 'predicted-breach' }))).toBeCloseTo(70, 9);
    expect(health(report({ targetId: 'gate-1' }))).toBeCloseTo(65, 9);
    expect(health(report({ targetId: 'elsewhere' }))).toBe(100);
    expect(health(report(), report({ kind: 'anomaly' }))).toBeCloseTo(35, 9);
  });

  it('count less if more peers report the same', () => {
    const peers = [1, 2, 3, 4].map((i) => material(`web-9${i}`, requests()));
    const reports = [report(), report({ targetId: 'web-91' }), report({ targetId: 'web-92' })];
    expect(scored(good, { peers, reports }).health).toBeCloseTo(75, 9);
  });

  it('give readable reasons; equal ones are sorted', () => {
    const equal = [report({ kind: 'predicted-breach' }), report({ kind: 'anomaly' })];
    expect(scored(good, { reports: equal }).parts.map(({ text }) => text)).toEqual([
      'Checkout errors of web-1 has been predicted to breach since the deployment',
      'Checkout errors of web-1 has been unusual since the deployment',
    ]);
    expect(scored(good, { reports: [report()] }).parts[0]?.text).toBe(
      'Checkout errors of web-1 has been in alarm since the deployment',
    );
  });
});

describe('a forecast published before', () => {
  const forecast = (levels: readonly number[]): TargetForecast => ({
    ...{ tenantId: 'acme', targetId: 'web-1', runId: 'r', issuedAt: (AT - 600) * 1000 },
    metrics: [
      {
        ...{ metric: 'latency_ms', threshold: null, breach: null },
        forecast: {
          ...{ start: AT, stepSeconds: STEP, horizon: 24, quantileLevels: levels, model: 'm', members: [] },
          quantiles: levels.map((level) => new Float64Array(24).fill(360 + 40 * (level - 0.5))),
          ...{ mean: new Float64Array(24).fill(360), reason: '', warnings: [] },
        },
      },
    ],
  });
  const STEP = 300;

  it('is the expectation: growth that was predicted does no harm', () => {
    const foreseen = { ...slow, forecast: forecast([0.1, 0.5, 0.9]) };
    expect(scored(foreseen).health).toBeGreaterThan(95);
    expect(scored({ ...slow, forecast: forecast([0.5]) }).health).toBeLessThan(15);
  });

  it('does not apply to other metrics or times', () => {
    expect(earlierForecastOf(undefined, 'latency_ms')).toBeUndefined();
    expect(earlierForecastOf(forecast([0.1, 0.5, 0.9]), 'other')).toBeUndefined();
    const found = earlierForecastOf(forecast([0.1, 0.5, 0.9]), 'latency_ms');
    expect(found?.medianBetween(AT + 900, AT + 1800)).toMatchObject({ median: 360 });
    expect(found?.medianBetween(AT + 90_000, AT + 91_000)).toBeUndefined();
  });
});
