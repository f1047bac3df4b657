import { describe, expect, it } from 'vitest';
import {
  type Deviation,
  describeDeviation,
  deviationScore,
  deviationsByTarget,
} from '../../../../core/incidents/explaining/deviations.ts';
import { commonStep, rowsAround } from '../../../../core/incidents/explaining/diagnosis-rows.ts';
import { rankFirstToDeviate } from '../../../../core/incidents/explaining/first-to-deviate.ts';
import { nodeMetricsOf, toRows } from '../../../../core/incidents/explaining/node-metrics.ts';
import type { Incident } from '../../../../core/incidents/incident.ts';
import type { MetricKind } from '../../../../core/metrics/series/metric-series.ts';

const N = Number.NaN;
const STEP = 60;
/** 24 normal rows, then a window of 20; the incident begins in row 10 of the window. */
const NORMAL = 24;
const rows = {
  normal: { from: 0, stepSeconds: STEP, rows: NORMAL },
  window: { from: NORMAL * STEP, stepSeconds: STEP, rows: 20 },
};
const START = (NORMAL + 10) * STEP;
/** Alternates between 99 and 101: a median of 100 and a spread of 2 / 3.2897. */
const usual: readonly number[] = Array.from({ length: NORMAL }, (_, i) => (i % 2 === 0 ? 99 : 101));
const SPREAD = 2 / 3.2897;
const calm: readonly number[] = Array.from({ length: 20 }, () => 100);
/** Calm values of the window, with others from a row on. */
const from = (row: number, value: number, until = 20) =>
  calm.map((each, i) => (i >= row && i < until ? value : each));

const target = (
  metrics: Readonly<Record<string, readonly number[]>>,
  kind: MetricKind = 'gauge',
  targetId = 'db',
) => ({
  target: {
    ...{ tenantId: 'acme', targetId, profile: 'generic' as const, firstSeen: 0, lastSeen: START },
    metrics: Object.fromEntries(Object.keys(metrics).map((name) => [name, { kind }])),
  },
  histories: new Map(
    Object.entries(metrics).map(([name, values]) => [
      name,
      { timestamps: values.map((_, i) => i * STEP), values },
    ]),
  ),
});
const incident = (reported: Readonly<Record<string, number>> = {}, targetId = 'db'): Incident => ({
  ...{ incidentId: 'i', tenantId: 'acme', status: 'open', severity: 'high', startedAt: START, lastAt: START },
  ...{ detectedAt: START, reopenCount: 0, causeKeys: [], changes: [], timeline: [], seen: [] },
  members: Object.fromEntries(
    Object.entries(reported).map(([metric, firstAt]) => {
      const key = JSON.stringify(['acme', targetId, 'anomaly', metric]);
      return [
        key,
        {
          ...{ key, kind: 'anomaly', targetId, firstAt, lastAt: firstAt, count: 1 },
          isActive: true,
          confidence: 1,
          impactAt: null,
        },
      ];
    }),
  ),
});
const found = (
  window: readonly number[],
  { metric = 'sessions', normal = usual, reported = {}, kind = 'gauge' as MetricKind } = {},
) =>
  deviationsByTarget([target({ [metric]: [...normal, ...window] }, kind)], rows, incident(reported)).get(
    'db',
  ) ?? [];

describe('a deviation', () => {
  it('begins in its first row beyond five spreads, and is as strong as it is on average, up to twelve', () => {
    const high = 100 + 8 * SPREAD;
    expect(found(from(12, high))).toEqual([
      { targetId: 'db', metric: 'sessions', onset: 12, strength: expect.closeTo(8, 6), isReported: false },
    ]);
    expect(found(from(12, 1e6))[0]?.strength).toBe(12);
    // Four rows of eight spreads, then four of none.
    expect(found(from(12, high, 16))[0]?.strength).toBeCloseTo(4, 6);
  });

  it.each([
    [4.9, 0],
    [5.1, 1],
  ])('of %d spreads is one or not', (spreads, count) => {
    expect(found(from(12, 100 + spreads * SPREAD))).toHaveLength(count);
  });

  it('is a fall too, unless only a rise does harm', () => {
    expect(found(from(12, 80))).toHaveLength(1);
    for (const metric of ['cpu_percent', 'memory_percent', 'disk_percent', 'latency_ms', 'error_rate']) {
      expect(found(from(12, 80), { metric })).toEqual([]);
      expect(found(from(12, 120), { metric })).toHaveLength(1);
    }
  });

  it('begins at most six rows before the incident', () => {
    expect(found(from(4, 200, 6))[0]).toMatchObject({ onset: 4 });
    expect(found(from(3, 200, 4))).toEqual([]);
    expect(found(from(0, 200, 3).map((value, i) => (i === 15 ? 200 : value)))).toEqual([]);
    // Off in fewer than half of the rows before: the later deviation counts.
    expect(found(from(0, 200, 1).map((value, i) => (i === 15 ? 200 : value)))[0]).toMatchObject({
      onset: 15,
    });
  });

  it('is measured without missing rows', () => {
    const gaps = from(12, 200).map((value, i) => (i === 13 || i < 4 ? N : value));
    expect(found(gaps)[0]).toMatchObject({ onset: 12, strength: 12 });
  });

  it('needs twelve normal rows', () => {
    const known = (count: number) => usual.map((value, i) => (i < count ? value : N));
    expect(found(from(12, 200), { normal: known(11) })).toEqual([]);
    expect(found(from(12, 200), { normal: known(12) })).toHaveLength(1);
  });

  it('of a constant metric is a change by half a per cent', () => {
    const normal = usual.map(() => 1000);
    const steady = (value: number) => Array.from({ length: 20 }, (_, i) => (i < 12 ? 1000 : value));
    expect(found(steady(1004), { normal })).toEqual([]);
    expect(found(steady(1006), { normal })).toHaveLength(1);
    expect(
      found(
        Array.from({ length: 20 }, () => 0),
        { normal: usual.map(() => 0) },
      ),
    ).toEqual([]);
  });
});

describe('a reported metric', () => {
  const at = (row: number) => ({ sessions: (NORMAL + row) * STEP });

  it('deviates from the earlier of signal and first row, at least as strong as five', () => {
    expect(found(from(12, 200), { reported: at(9) })[0]).toMatchObject({ onset: 9, isReported: true });
    expect(found(from(12, 200), { reported: at(15) })[0]).toMatchObject({ onset: 12, isReported: true });
    expect(found(from(12, 200, 13), { reported: at(12) })[0]?.strength).toBe(5);
    expect(found(from(12, 200), { reported: { sessions: 0 } })[0]).toMatchObject({ onset: 0 });
  });

  it('deviates even if its rows do not show it', () => {
    expect(found(calm, { reported: at(11) })).toEqual([
      { targetId: 'db', metric: 'sessions', onset: 11, strength: 5, isReported: true },
    ]);
    expect(found(calm, { reported: at(11), normal: [] })).toHaveLength(1);
  });

  it('that has fallen since, although only a rise does harm, does not', () => {
    const reported = { disk_percent: (NORMAL + 11) * STEP };
    const metric = 'disk_percent';
    expect(found(from(11, 90), { metric, reported })).toEqual([]);
    expect(found(from(11, 90, 19), { metric, reported })).toHaveLength(1);
    expect(found(from(11, N), { metric, reported })).toHaveLength(1);
  });

  it('is that of its own target', () => {
    const data = [
      target({ sessions: [...usual, ...calm] }),
      target({ sessions: [...usual, ...calm] }, 'gauge', 'web'),
    ];
    const all = deviationsByTarget(data, rows, incident(at(11), 'web'));
    expect([all.get('db'), all.get('web')?.length]).toEqual([[], 1]);
  });
});

describe('totals', () => {
  it('deviate by their growth, and a restart is not growth', () => {
    let total = 0;
    const counter = (window: readonly number[]) => [...usual, ...window].map((growth) => (total += growth));
    const restarted = counter(from(14, 300)).map((value, i) => (i < NORMAL + 12 ? value : value - 5000));
    const [deviation] = deviationsByTarget(
      [target({ requests: restarted }, 'counter')],
      rows,
      incident(),
    ).get('db')!;
    // The restart in row 12 counts as no growth, which is a deviation of its own.
    expect(deviation).toMatchObject({ onset: 12 });
    total = 0;
    const [grown] = deviationsByTarget(
      [target({ requests: counter(from(14, 300)) }, 'counter')],
      rows,
      incident(),
    ).get('db')!;
    expect(grown).toMatchObject({ onset: 14, strength: 12 });
  });

  it('of deltas are added up in each row', () => {
    const halves = [...usual, ...from(14, 300)].flatMap((value) => [value / 2, value / 2]);
    const data = target({ requests: halves }, 'delta');
    const history = { timestamps: halves.map((_, i) => i * 30), values: halves };
    const [deviation] = deviationsByTarget(
      [{ ...data, histories: new Map([['requests', history]]) }],
      rows,
      incident(),
    ).get('db')!;
    expect(deviation).toMatchObject({ onset: 14, strength: 12 });
  });
});

describe('the order of deviations', () => {
  const deviation = (over: Partial<Deviation> = {}): Deviation => ({
    ...{ targetId: 'db', metric: 'cpu', onset: 3, strength: 6, isReported: true },
    ...over,
  });

  it('puts strong, early and reported ones first, equal ones by name', () => {
    expect(deviationScore(deviation(), 3)).toBe(0.5);
    expect(deviationScore(deviation({ onset: 4 }), 3)).toBeCloseTo(0.4, 12);
    expect(deviationScore(deviation({ isReported: false, strength: 12 }), 3)).toBe(0.5);
    const all = target({
      b: [...usual, ...from(12, 200)],
      a: [...usual, ...from(12, 200)],
      early: [...usual, ...from(10, 200)],
    });
    const names = deviationsByTarget([all], rows, incident())
      .get('db')!
      .map(({ metric }) => metric);
    expect(names).toEqual(['early', 'a', 'b']);
  });

  it('ranks targets by their strongest, from the earliest of all', () => {
    const all = new Map([
      ['web', [deviation({ targetId: 'web', onset: 8 })]],
      ['app', [deviation({ targetId: 'app', onset: 3 }), deviation({ targetId: 'app', onset: 1 })]],
      ['idle', []],
      ['aaa', [deviation({ targetId: 'aaa', onset: 8 })]],
    ]);
    expect(rankFirstToDeviate(all, 60)).toEqual([
      { node: 'app', score: 0.5, evidence: [expect.any(String), 'no other target deviated earlier'] },
      {
        node: 'aaa',
        score: expect.closeTo(0.5 * 0.8 ** 5, 9),
        evidence: [expect.any(String), 'it deviated 5 min after the first target'],
      },
      { node: 'web', score: expect.closeTo(0.5 * 0.8 ** 5, 9), evidence: expect.any(Array) },
    ]);
    expect(rankFirstToDeviate(new Map(), 60)).toEqual([]);
  });

  it('is put into words', () => {
    expect(describeDeviation(deviation({ strength: 5 }))).toBe("cpu is one of the incident's signals");
    expect(describeDeviation(deviation({ strength: 5.04 }))).toBe(
      'cpu deviated by 5.0 times its usual spread on average',
    );
    expect(describeDeviation(deviation({ strength: 5, isReported: false }))).toMatch(/^cpu deviated by 5\.0/);
  });
});

describe('the rows of a diagnosis', () => {
  it('reach from an hour before the incident to two hours after it, after a day of normal rows', () => {
    const { window, normal } = rowsAround(100_000, 200_000, 300);
    expect(window).toEqual({
      from: 96_300,
      stepSeconds: 300,
      rows: Math.ceil((100_000 + 7200 - 96_300) / 300),
    });
    expect(normal).toEqual({ from: 96_300 - 86_400, stepSeconds: 300, rows: 288 });
  });

  it('end now, and hold at least the first second of the incident', () => {
    const at = (now: number) => rowsAround(100_000, now, 300).window;
    expect(at(101_000).rows).toBe(Math.ceil((101_000 - 96_300) / 300));
    expect(at(0).rows).toBe(Math.ceil((100_001 - 96_300) / 300));
  });

  it('are at least twelve before and 24 after, however long', () => {
    const { window } = rowsAround(1_000_000, 9_000_000, 3600);
    expect(window.from).toBe(Math.floor((1_000_000 - 12 * 3600) / 3600) * 3600);
    expect(window.rows).toBe(Math.ceil((1_000_000 + 24 * 3600 - window.from) / 3600));
  });

  it('are as long as the interval of the longest history, within a minute and an hour', () => {
    const history = (step: number, count: number) => ({
      timestamps: Array.from({ length: count }, (_, i) => i * step),
      values: [],
    });
    expect(commonStep([history(300, 5), history(60, 9)])).toBe(60);
    expect(commonStep([history(86_400, 5)])).toBe(3600);
    expect(commonStep([])).toBe(300);
  });

  it('combine their points, without those outside or without a number', () => {
    const history = { timestamps: [-1, 0, 59, 60, 119, 180], values: [9, 1, 3, N, 5, 7] };
    const grid = { from: 0, stepSeconds: 60, rows: 3 };
    expect([...toRows(history, grid, 'mean')]).toEqual([2, 5, N]);
    expect([...toRows(history, grid, 'sum')]).toEqual([4, 5, N]);
  });
});

describe('request metrics of any name', () => {
  const grid = { from: 0, stepSeconds: 60, rows: 2 };
  const metricsOf = (
    metrics: Readonly<Record<string, readonly [values: readonly number[], unit?: string, kind?: MetricKind]>>,
  ) =>
    nodeMetricsOf(
      {
        target: {
          ...{ tenantId: 'acme', targetId: 'db', profile: 'generic', firstSeen: 0, lastSeen: 0 },
          metrics: Object.fromEntries(
            Object.entries(metrics).map(([name, [, unit, kind = 'gauge']]) => [
              name,
              unit === undefined ? { kind } : { kind, unit },
            ]),
          ),
        },
        histories: new Map(
          Object.entries(metrics).map(([name, [values]]) => [
            name,
            { timestamps: values.map((_, i) => 60 * i), values },
          ]),
        ),
      },
      grid,
    );
  const list = (values: Float64Array | null) => values && [...values];

  it('are latency in seconds', () => {
    expect(list(metricsOf({ latency_ms: [[1500, 500]] }).latency)).toEqual([1.5, 0.5]);
    expect(list(metricsOf({ duration: [[2, 3], 's'] }).latency)).toEqual([2, 3]);
    expect(list(metricsOf({ latency: [[2, 3]] }).latency)).toEqual([2, 3]);
    expect(metricsOf({ latency_total: [[2, 3], 's', 'counter'] }).latency).toBeNull();
    expect(metricsOf({ cpu_percent: [[2, 3]] })).toEqual({
      latency: null,
      availability: null,
      requests: null,
    });
  });

  it('prefer a mean, then the median, then a percentile that is not an extreme, then the shorter name', () => {
    const chosen = (...names: readonly string[]) =>
      list(
        metricsOf(Object.fromEntries(names.map((name, i) => [name, [[i, i], 's'] as const]))).latency,
      )?.[0];
    expect(chosen('latency_p50', 'latency_avg')).toBe(1);
    expect(chosen('latency_max', 'latency_p50')).toBe(1);
    expect(chosen('latency_p99', 'latency')).toBe(1);
    expect(chosen('latency_of_all', 'latency_all')).toBe(1);
    expect(chosen('latency_b', 'latency_a')).toBe(1);
  });

  it('are the percentage of requests that succeeded', () => {
    expect(list(metricsOf({ availability: [[99, 98], '%'] }).availability)).toEqual([99, 98]);
    expect(list(metricsOf({ availability: [[0.99, 1]] }).availability)).toEqual([99, 100]);
    expect(list(metricsOf({ availability: [[0.99, 1], '%'] }).availability)).toEqual([0.99, 1]);
    expect(list(metricsOf({ success_rate: [[0.5, 2]] }).availability)).toEqual([0.5, 2]);
    expect(list(metricsOf({ error_rate: [[2, 0], '%'] }).availability)).toEqual([98, 100]);
    expect(list(metricsOf({ error_ratio: [[0.25, 0]] }).availability)).toEqual([75, 100]);
    expect(
      list(metricsOf({ availability: [[90, 90], '%'], error_rate: [[2, 0], '%'] }).availability),
    ).toEqual([90, 90]);
  });

  it('count requests, from rates, deltas or totals', () => {
    expect(list(metricsOf({ request_rate: [[2, 3], '/s'] }).requests)).toEqual([120, 180]);
    expect(list(metricsOf({ requests: [[2, 3], '1', 'delta'] }).requests)).toEqual([2, 3]);
    expect(list(metricsOf({ request_count: [[2, 3]] }).requests)).toEqual([2, 3]);
    expect(list(metricsOf({ requests_total: [[5, 9], '1', 'counter'] }).requests)).toEqual([N, 4]);
    expect(list(metricsOf({ requests_total: [[5, 2], '1', 'counter'] }).requests)).toEqual([N, 2]);
  });
});
