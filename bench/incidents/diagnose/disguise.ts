import type { MetricWindow } from '../../../core/incidents/diagnosis/metric-window.ts';
import { contentHash } from '../../../core/shared/content-hash.ts';
import { type RandomStream, randomStream } from '../../../core/simulator/random.ts';
import type { LabelledCase } from './load-issues.ts';

/** The values in random order (Fisher and Yates, in place on a copy). */
export const shuffled = <T>(values: readonly T[], random: RandomStream): T[] => {
  const result = [...values];
  for (let i = result.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
};

const hidden = (node: string, seed: number): string => contentHash(`${seed}:${node}`);

const disguiseWindow = (window: MetricWindow, seed: number, random: RandomStream): MetricWindow => ({
  ...window,
  nodes: new Map(shuffled([...window.nodes], random).map(([node, metrics]) => [hidden(node, seed), metrics])),
});

/** The same incident with hashed node names, and with nodes and edges in random order. */
export const disguise = (incident: LabelledCase, seed: number): LabelledCase => {
  const random = randomStream(seed, 'disguise', incident.id);
  const { graph, normal, target } = incident;
  return {
    ...incident,
    graph: {
      nodes: shuffled(graph.nodes, random).map((node) => hidden(node, seed)),
      edges: shuffled(graph.edges, random).map(([a, b]) => [hidden(a, seed), hidden(b, seed)] as const),
    },
    normal: normal === null ? null : disguiseWindow(normal, seed, random),
    window: disguiseWindow(incident.window, seed, random),
    target: { ...target, node: hidden(target.node, seed) },
    cause: hidden(incident.cause, seed),
  };
};

/** The name a node has after `disguise`. */
export const disguisedName = hidden;
