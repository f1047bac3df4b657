import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { disguise, disguisedName } from '../../../../bench/incidents/diagnose/disguise.ts';
import { diagnose } from '../../../../core/incidents/diagnosis/diagnose.ts';
import type { MetricWindow, NodeMetrics } from '../../../../core/incidents/diagnosis/metric-window.ts';
import { ALARM_AT, CHAINS, faultyWindow, graph, normalRows, target } from './sample-app.ts';

const normal = normalRows(120, -40_000);
const METRICS = ['latency', 'availability'] as const;

const mapNodes = (
  window: MetricWindow,
  change: (metrics: NodeMetrics, node: string) => NodeMetrics,
): MetricWindow => ({
  ...window,
  nodes: new Map([...window.nodes].map(([node, metrics]) => [node, change(metrics, node)])),
});
const latencyOnly = (window: MetricWindow) =>
  mapNodes(window, (metrics) => ({ ...metrics, requests: null, availability: null }));
const first = (report: ReturnType<typeof diagnose>) => report.causes[0]!.node;

describe('a diagnosis', () => {
  for (const metric of METRICS) {
    it.each(Object.keys(CHAINS))(`finds added ${metric} harm at %s`, (source) => {
      const window = faultyWindow(source, metric);
      const report = diagnose({ graph, window, target: target(metric), normal });
      expect(first(report)).toBe(source);
      expect(report.method).toBe('excess-blame');
      expect(report.limits).toEqual([]);
      expect(first(diagnose({ graph, window, target: target(metric) }))).toBe(source);
    });
  }

  it('gives evidence with numbers, and confidences that sum to at most 1', () => {
    const { causes, gate } = diagnose({ graph, window: faultyWindow('disk'), target: target(), normal });
    expect(causes[0]!.evidence.join('\n')).toMatch(
      /carried \d+ % of the alarmed node's added harm.*own share is.*latency went from [\d.]+ ms to .*3 calls away/s,
    );
    const scores = causes.map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect(causes.reduce((sum, { confidence }) => sum + confidence, 0)).toBeLessThanOrEqual(1.000_001);
    expect(causes[0]!.confidence).toBeGreaterThan(0.9);
    expect(gate).toMatchObject({ isConvincing: true });
  });

  it('does not blame a slow node whose harm does not reach its caller', () => {
    const window = mapNodes(faultyWindow('bank'), (metrics, node) =>
      node === 'store'
        ? { ...metrics, latency: metrics.latency!.map((v, row) => v + (row > 0 ? 0.2 : 0)) }
        : metrics,
    );
    expect(first(diagnose({ graph, window, target: target(), normal }))).toBe('bank');
  });

  it('ranks a node that appeared with the incident last, and leaves its harm to the caller', () => {
    const fresh = Float64Array.of(Number.NaN, 0.2, 0.3, 0.3, 0.1);
    const window = faultyWindow('pay');
    const nodes = new Map(window.nodes).set('novel', {
      latency: fresh,
      availability: null,
      requests: Float64Array.of(0, 90, 90, 90, 90),
    });
    const wider = { nodes: [...graph.nodes, 'novel'], edges: [...graph.edges, ['pay', 'novel'] as const] };
    const { causes } = diagnose({ graph: wider, window: { ...window, nodes }, target: target(), normal });
    expect(causes[0]!.node).toBe('pay');
    expect(causes.at(-1)).toMatchObject({ node: 'novel', score: 0 });
    expect(causes.at(-1)!.evidence.at(-1)).toContain('appeared with the incident');
  });

  it('looks through a node without values', () => {
    const window = faultyWindow('disk');
    const nodes = new Map([...window.nodes].filter(([node]) => node !== 'ledger'));
    const report = diagnose({ graph, window: { ...window, nodes }, target: target(), normal });
    expect(first(report)).toBe('disk');
    expect(report.limits).toEqual([
      '1 node behind the alarmed one without values, which cannot be ranked: ledger',
    ]);
  });

  it('halves the score of an endpoint beside a neighbour that carries as much', () => {
    const window = faultyWindow('pay');
    const nodes = new Map(window.nodes).set('gateway', window.nodes.get('pay')!);
    const wider = {
      nodes: [...graph.nodes, 'gateway'],
      edges: [...graph.edges, ['site', 'gateway'] as const],
    };
    const { causes } = diagnose({ graph: wider, window: { ...window, nodes }, target: target(), normal });
    expect(causes.slice(0, 2).map(({ node }) => node)).toEqual(['pay', 'gateway']);
    expect(causes[1]!.evidence.join()).toContain('may only mirror a neighbour');
  });

  it('handles cycles of calls', () => {
    const circular = {
      ...graph,
      edges: [...graph.edges, ['disk', 'pay'] as const, ['pay', 'site'] as const],
    };
    expect(first(diagnose({ graph: circular, window: faultyWindow('bank'), target: target(), normal }))).toBe(
      'bank',
    );
  });
});

describe('names and order', () => {
  it('do not change the ranking', () => {
    const cases = fc.record({
      source: fc.constantFrom(...Object.keys(CHAINS)),
      metric: fc.constantFrom(...METRICS),
      seed: fc.integer(),
      hasNormal: fc.boolean(),
    });
    fc.assert(
      fc.property(cases, ({ source, metric, seed, hasNormal }) => {
        const incident = {
          id: source,
          group: '',
          graph,
          normal: hasNormal ? normal : null,
          window: faultyWindow(source, metric),
          target: target(metric),
          cause: source,
        };
        const plain = diagnose(incident).causes;
        const hidden = diagnose(disguise(incident, seed)).causes;
        const expected = plain.map(({ node, score, confidence }) => [
          disguisedName(node, seed),
          score,
          confidence,
        ]);
        expect(hidden.map(({ node, score, confidence }) => [node, score, confidence])).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });
});

describe('with less input', () => {
  it.each(Object.keys(CHAINS))('finds %s from latency alone', (source) => {
    const report = diagnose({
      graph,
      window: latencyOnly(faultyWindow(source)),
      target: target(),
      normal: latencyOnly(normal),
    });
    expect(first(report)).toBe(source);
    expect(report.method).toBe('relative-blame');
    expect(report.limits[0]).toContain('no request counts');
  });

  it('falls back to correlation and time order without a graph, and lists that limit', () => {
    const report = diagnose({ window: faultyWindow('disk'), target: target(), normal });
    expect(first(report)).toBe('disk');
    expect(report.method).toBe('correlation');
    expect(report.limits[0]).toContain('no call graph');
    expect(report.causes[0]!.evidence[0]).toMatch(
      /^correlation of its added harm with the alarmed node's: (0\.9\d|1\.00)$/,
    );
    expect(
      diagnose({ graph: { nodes: ['x'], edges: [] }, window: faultyWindow('disk'), target: target() }).method,
    ).toBe('correlation');
  });

  it('halves a node that began to rise after the target', () => {
    const late = mapNodes(faultyWindow('site'), (metrics, node) =>
      node === 'bank' ? { ...metrics, latency: Float64Array.of(0.08, 0.08, 0.08, 0.6, 0.6) } : metrics,
    );
    const { causes } = diagnose({ window: late, target: target(), normal });
    expect(causes.find(({ node }) => node === 'bank')!.evidence[1]).toMatch(
      /^its rise began \d intervals? after the alarmed node's$/,
    );
  });

  it('lists all other reasons to trust the answer less', () => {
    const silent = mapNodes(normalRows(5, 0, 3), (metrics, node) =>
      node === 'bank' ? { ...metrics, latency: new Float64Array(5).fill(Number.NaN) } : metrics,
    );
    const dipped = mapNodes(silent, (metrics, node) =>
      node === 'site' ? { ...metrics, latency: Float64Array.of(0.2, 0.1, 0.1, 0.1, 0.1) } : metrics,
    );
    const { limits, gate, causes } = diagnose({ graph, window: dipped, target: { ...target(), agg: 'p99' } });
    expect(gate.isConvincing).toBe(false);
    expect(limits.map((limit) => limit.slice(0, 20))).toEqual([
      'no normal data: the ',
      'the alarm is on p99;',
      '1 node without reque',
      'the alarmed node sho',
      'weak alarm: the targ',
    ]);
    expect(causes.map(({ node }) => node)).not.toContain('bank');
  });

  it('rejects a window without the target, and an alarm outside the window', () => {
    const window = faultyWindow('pay');
    expect(() => diagnose({ graph, window, target: { ...target(), node: 'unknown' } })).toThrow(
      'found no latency of unknown in the window',
    );
    expect(() => diagnose({ graph, window, target: { ...target(), timestamp: 90_000 } })).toThrow(
      'expected a time within the rows of the window',
    );
  });
});

describe('changes and past incidents', () => {
  const window = faultyWindow('bank');
  const plain = diagnose({ graph, window, target: target(), normal });

  it('add a change near the onset as evidence and raise its node, but never a node without harm', () => {
    const changes = [
      { node: 'bank', at: ALARM_AT - 600, summary: 'version 7' },
      { node: 'bank', at: ALARM_AT - 90_000, summary: 'too old' },
      { node: 'cart', at: ALARM_AT + 60, summary: 'new setting' },
      { node: 'pay', at: ALARM_AT + 4000, summary: 'too late' },
    ];
    const { causes } = diagnose({ graph, window, target: target(), normal, changes });
    expect(causes[0]!.evidence.at(-1)).toBe('it changed 10 min before the alarm: version 7');
    expect(causes[0]!.score / plain.causes[0]!.score).toBeCloseTo(1 + 0.3 * 0.5 ** (1 / 6), 3);
    const evidence = causes.flatMap((cause) => cause.evidence).join('\n');
    expect(evidence).toContain('changed 60.0 s after the alarm: new setting');
    expect(evidence).not.toMatch(/too old|too late/);
  });

  it('add similar incidents with their fixes', () => {
    const past = { metric: 'latency', signature: plain.signature, cause: 'bank' } as const;
    const { similar, causes } = diagnose({
      graph,
      window,
      target: target(),
      normal,
      pastIncidents: [
        { ...past, incidentId: 'inc-2' },
        { ...past, incidentId: 'inc-1', fixedBy: 'restarting the proxy' },
        { ...past, incidentId: 'inc-3', metric: 'availability' },
        { ...past, incidentId: 'inc-4', signature: { cart: 1 } },
        { ...past, incidentId: 'inc-5', signature: {} },
      ],
    });
    expect(similar.map(({ incident }) => incident.incidentId)).toEqual(['inc-1', 'inc-2']);
    expect(causes[0]!.evidence.at(-1)).toBe(
      'it was the likeliest cause of incident inc-1 (100 % similar); fixed by: restarting the proxy',
    );
  });
});
