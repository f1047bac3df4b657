import type { MetricWindow } from '../diagnosis/metric-window.ts';
import type { DependencyEdge } from './dependency-edge.ts';

const MIN_ROWS = 48;
const MIN_CORRELATION = 0.9;
/** Traffic alone never proves a call. */
const HIGHEST_CONFIDENCE = 0.5;

interface Traffic {
  readonly node: string;
  /** Row-to-row changes of the request count: slow daily rhythms are common to all nodes and say nothing. */
  readonly changes: Float64Array;
  readonly latency: number;
}

const filled = (values: Float64Array): Float64Array => values.map((v) => (Number.isNaN(v) ? 0 : v));

const meanMeasured = (values: Float64Array): number => {
  const measured = values.filter((value) => !Number.isNaN(value));
  return measured.length === 0 ? Number.NaN : measured.reduce((sum, v) => sum + v, 0) / measured.length;
};

const trafficOf = (window: MetricWindow): Traffic[] =>
  [...window.nodes].flatMap(([node, { requests, latency }]) => {
    if (requests === null || latency === null || requests.length < MIN_ROWS) return [];
    const counts = filled(requests);
    const changes = counts.subarray(1).map((count, row) => count - counts[row]!);
    const mean = meanMeasured(latency);
    return Number.isNaN(mean) ? [] : [{ node, changes, latency: mean }];
  });

const cosine = (a: Float64Array, b: Float64Array): number => {
  let [product, energyA, energyB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    product += a[i]! * b[i]!;
    energyA += a[i]! ** 2;
    energyB += b[i]! ** 2;
  }
  return energyA > 0 && energyB > 0 ? product / Math.sqrt(energyA * energyB) : 0;
};

/**
 * Guesses dependencies between nodes whose request counts move together from row to row (cosine of the changes at
 * least 0.9 over at least 48 rows). The slower node is taken to be the caller: it waits for the other. Confidence is
 * at most 0.5, so that traces and declarations always outweigh a guess.
 */
export const edgesFromRequests = (window: MetricWindow): DependencyEdge[] => {
  const nodes = trafficOf(window);
  const lastSeen = window.timestamps.at(-1) ?? 0;
  return nodes.flatMap((a, i) =>
    nodes.slice(i + 1).flatMap((b): DependencyEdge[] => {
      const alike = cosine(a.changes, b.changes);
      if (alike < MIN_CORRELATION || a.latency === b.latency) return [];
      const [caller, callee] = a.latency > b.latency ? [a.node, b.node] : [b.node, a.node];
      return [
        {
          caller,
          callee,
          source: 'correlation',
          confidence: HIGHEST_CONFIDENCE * alike,
          calls: null,
          lastSeen,
        },
      ];
    }),
  );
};
