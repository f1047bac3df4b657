import { contentHash } from '../../shared/content-hash.ts';
import { type CallGraph, indexGraph } from './call-graph.ts';
import type { MetricWindow, NodeMetrics } from './metric-window.ts';

const ROUNDS = 4;

const columnText = (values: Float64Array | null): string => (values === null ? '-' : values.join(' '));

const metricsText = (metrics: NodeMetrics | undefined): string =>
  metrics === undefined
    ? '-'
    : `${columnText(metrics.latency)}|${columnText(metrics.availability)}|${columnText(metrics.requests)}`;

/** Sums distinguish normal columns; hashing days of rows would take longer than the ranking. */
const sumsText = (metrics: NodeMetrics | undefined): string =>
  [metrics?.latency, metrics?.availability, metrics?.requests]
    .map((values) => values?.reduce((sum, value) => (Number.isNaN(value) ? sum : sum + value), 0) ?? '-')
    .join('|');

const refine = (colours: readonly string[], graph: ReturnType<typeof indexGraph>): string[] =>
  colours.map((colour, node) => {
    const around = (near: readonly number[]) => near.map((other) => colours[other]!).sort();
    return contentHash(`${colour}<${around(graph.callers[node]!)}>${around(graph.callees[node]!)}`);
  });

/**
 * Orders nodes by their measurements and their place in the graph, never by name or position in the input, so that
 * renamed or shuffled input gives identical results, including rounding and ties. Colour refinement (Weisfeiler and
 * Leman 1968) over the window's values and the sums of the normal ones; indistinguishable nodes keep their input order.
 */
export const canonicalOrder = (
  graph: CallGraph,
  window: MetricWindow,
  normal: MetricWindow | null,
  target: string,
): string[] => {
  const names = [...new Set([target, ...graph.nodes, ...window.nodes.keys()])];
  const indexed = indexGraph(graph, names);
  const describe = (name: string): string =>
    [name === target, metricsText(window.nodes.get(name)), sumsText(normal?.nodes.get(name))].join();
  let colours = names.map((name) => contentHash(describe(name)));
  for (let round = 0; round < ROUNDS; round++) colours = refine(colours, indexed);
  const position = new Map(names.map((name, i) => [name, i] as const));
  const colourOf = (name: string) => colours[position.get(name)!]!;
  return names.sort((a, b) => (colourOf(a) < colourOf(b) ? -1 : Number(colourOf(a) > colourOf(b))));
};
