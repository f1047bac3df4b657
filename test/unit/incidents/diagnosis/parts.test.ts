import { describe, expect, it } from 'vitest';
import { CONFIDENCE_BANDS, confidenceBand } from '../../../../core/incidents/causes-report.ts';
import { canonicalOrder } from '../../../../core/incidents/diagnosis/canonical-order.ts';
import { confidences } from '../../../../core/incidents/diagnosis/confidence.ts';
import { learnNormal } from '../../../../core/incidents/diagnosis/normal-behaviour.ts';
import {
  learnedShares,
  nonNegativeLeastSquares,
  sharesByVolume,
} from '../../../../core/incidents/diagnosis/traffic-share.ts';
import { sortedQuantile } from '../../../../core/shared/maths/order-statistics.ts';
import { graph, normalRows } from './sample-app.ts';

const of = (...values: number[]) => Float64Array.from(values);

it('a confidence falls into one band, higher ones into no lower band', () => {
  const bands = Array.from({ length: 101 }, (_, i) => CONFIDENCE_BANDS.indexOf(confidenceBand(i / 100)));
  expect(bands).toEqual(bands.toSorted((a, b) => b - a));
  expect([0, 0.5, 1].map(confidenceBand)).toEqual(['low', 'medium', 'high']);
});

describe('non-negative least squares', () => {
  it('finds the multipliers that made the sum', () => {
    const [a, b] = [of(1, 2, 3, 5), of(4, 1, 0, 2)];
    const y = a.map((value, i) => 2 * value + 0.5 * b[i]!);
    const found = nonNegativeLeastSquares([a, b], y);
    expect(found[0]).toBeCloseTo(2, 6);
    expect(found[1]).toBeCloseTo(0.5, 6);
  });

  it('never goes below zero, and gives a column of zeros nothing', () => {
    expect([...nonNegativeLeastSquares([of(1, 1), of(0, 0)], of(-1, -1))]).toEqual([0, 0]);
    expect([...nonNegativeLeastSquares([of(1, 2), of(1, 2)], of(2, 4))]).toEqual([2, 0]);
  });
});

describe('traffic shares', () => {
  it('divides by volume, and equally if nothing is known', () => {
    expect(sharesByVolume([of(300, 300), of(100, 100)])).toEqual([0.75, 0.25]);
    expect(sharesByVolume([of(0), of(0)])).toEqual([0.5, 0.5]);
  });

  it('learns how often each caller calls, and applies it to the traffic of the incident', () => {
    const a = Float64Array.from({ length: 30 }, (_, i) => 100 + ((i * 7) % 13));
    const b = Float64Array.from({ length: 30 }, (_, i) => 50 + ((i * 5) % 11));
    const learnCallee = a.map((value, i) => value + 2 * b[i]!);
    const shares = learnedShares({ learnCallers: [a, b], learnCallee, callers: [of(100), of(100)] });
    expect(shares[0]).toBeCloseTo(1 / 3, 6);
    expect(shares[1]).toBeCloseTo(2 / 3, 6);
  });
});

describe('normal behaviour', () => {
  it('learns median and spread, and nothing without values', () => {
    const latency = Float64Array.from({ length: 101 }, (_, i) => i);
    const learned = learnNormal({ latency, availability: null, requests: null }, 'latency')!;
    expect(learned).toMatchObject({ rows: 101, median: 50 });
    expect(learned.spread).toBeCloseTo(90 / 3.2897, 6);
    expect(
      learnNormal({ latency: of(Number.NaN), availability: null, requests: null }, 'latency'),
    ).toBeNull();
    expect(learnNormal({ latency, availability: null, requests: null }, 'availability')).toBeNull();
    expect(learnNormal(undefined, 'latency')).toBeNull();
    expect(sortedQuantile(of(), 0.5)).toBeNaN();
  });
});

describe('confidence', () => {
  it('grows with the lead and stays under the ceiling of the method', () => {
    const [weak] = confidences('excess-blame', [0.5, 0.4]);
    const [strong, second] = confidences('excess-blame', [1, 0.1, 0]);
    expect(weak).toBeCloseTo(1 / (1 + Math.exp(0.61 - 0.746)), 6);
    expect(strong).toBe(0.97);
    expect(second).toBeCloseTo(0.03, 6);
    expect(confidences('relative-blame', [1, 0])[0]).toBe(0.75);
    expect(confidences('correlation', [0.01, 0])[0]).toBe(0.85);
  });

  it('is zero if no node has a score', () => {
    expect(confidences('excess-blame', [0, -0.1, -0.2])).toEqual([1 / 3, 1 / 3, 1 / 3]);
    expect(confidences('excess-blame', [])).toEqual([]);
    expect(confidences('correlation', [0.5])).toHaveLength(1);
  });
});

describe('canonical order', () => {
  it('depends on values and positions in the graph, not on names or order', () => {
    const window = normalRows(6);
    const rename = (node: string) => `n${graph.nodes.indexOf(node)}`;
    const order = canonicalOrder(graph, window, null, 'site');
    const renamed = canonicalOrder(
      {
        nodes: graph.nodes.map(rename).toReversed(),
        edges: graph.edges.map(([a, b]) => [rename(a), rename(b)] as const).toReversed(),
      },
      { ...window, nodes: new Map([...window.nodes].toReversed().map(([node, m]) => [rename(node), m])) },
      null,
      rename('site'),
    );
    expect(renamed).toEqual(order.map(rename));
  });
});
