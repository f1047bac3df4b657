import { type CallGraph, callDistances, type IndexedGraph, indexGraph } from '../diagnosis/call-graph.ts';
import { type DiagnosedIncident, targetsOf } from '../incident.ts';

/** Maximum number of targets whose metrics one diagnosis reads. */
export const MAX_TARGETS = 60;
const CALLER_HOPS = 2;

const positions = (names: readonly string[]): Map<string, number> =>
  new Map(names.map((name, i) => [name, i] as const));

/** The given nodes and their direct and indirect callers, at most `hops` calls up. */
const callersOf = (graph: IndexedGraph, starts: readonly number[], hops: number): number[] => {
  const reached = new Set(starts);
  let frontier = [...starts];
  for (let hop = 0; hop < hops; hop++) {
    frontier = frontier.flatMap((node) => graph.callers[node]!).filter((node) => !reached.has(node));
    for (const node of frontier) reached.add(node);
  }
  return [...reached];
};

/**
 * Targets that may explain the incident: its own, everything they call, their callers, and everything those call.
 * Nearest first, at most `MAX_TARGETS`.
 */
export const targetsInReach = (incident: DiagnosedIncident, graph: CallGraph): string[] => {
  const members = targetsOf(incident);
  const names = [...new Set([...members, ...graph.nodes])];
  const at = positions(names);
  const indexed = indexGraph(graph, names);
  const starts = members.map((target) => at.get(target)!);
  const roots = callersOf(indexed, starts, CALLER_HOPS);
  const distances = new Map<number, number>();
  for (const root of roots) {
    const own = starts.includes(root) ? 0 : 1;
    for (const [node, calls] of callDistances(indexed, root).entries()) {
      if (calls === -1) continue;
      distances.set(node, Math.min(distances.get(node) ?? Number.POSITIVE_INFINITY, own + calls));
    }
  }
  return [...distances]
    .sort(([a, near], [b, far]) => near - far || (names[a]! < names[b]! ? -1 : 1))
    .map(([node]) => names[node]!)
    .slice(0, MAX_TARGETS);
};

/** Number of the incident's targets that each candidate reaches by calls, including itself. */
export const reachedMembers = (
  incident: DiagnosedIncident,
  graph: CallGraph,
  candidates: readonly string[],
): Map<string, number> => {
  const members = targetsOf(incident);
  const names = [...new Set([...members, ...graph.nodes])];
  const at = positions(names);
  const indexed = indexGraph(graph, names);
  return new Map(
    candidates.map((candidate) => {
      const distances = callDistances(indexed, at.get(candidate)!);
      return [candidate, members.filter((member) => distances[at.get(member)!] !== -1).length];
    }),
  );
};

const firstSeen = (incident: DiagnosedIncident, target: string): number =>
  Object.values(incident.members).reduce(
    (first, member) => (member.targetId === target ? Math.min(first, member.firstAt) : first),
    Number.POSITIVE_INFINITY,
  );

/** The candidate that reaches most of the incident's targets by calls; of equal ones, the one that was noticed first. */
export const alarmedTarget = (
  incident: DiagnosedIncident,
  graph: CallGraph,
  candidates: readonly string[],
): string | undefined => {
  const reached = reachedMembers(incident, graph, candidates);
  return candidates.toSorted(
    (a, b) =>
      reached.get(b)! - reached.get(a)! ||
      firstSeen(incident, a) - firstSeen(incident, b) ||
      (a < b ? -1 : 1),
  )[0];
};
