import type { History } from '../../metrics/blocks/block-history.ts';
import { detectStep } from '../../metrics/series/detect-step.ts';
import { DAY_SECONDS, HOUR_SECONDS } from '../../shared/time.ts';
import { type CallGraph, callDistances, type IndexedGraph, indexGraph } from '../diagnosis/call-graph.ts';
import { type Incident, targetsOf } from '../incident.ts';
import type { RowGrid } from './node-metrics.ts';

/** Targets whose metrics one diagnosis reads. */
export const MOST_TARGETS = 60;
const CALLER_HOPS = 2;
const MIN_ROWS_BEFORE = 12;
const MOST_ROWS_AFTER = 24;
const BEFORE_SECONDS = HOUR_SECONDS;
const AFTER_SECONDS = 2 * HOUR_SECONDS;
/** How much before the window counts as normal operation. */
const NORMAL_SECONDS = DAY_SECONDS;

const positions = (names: readonly string[]): Map<string, number> =>
  new Map(names.map((name, i) => [name, i] as const));

/** Nodes at most `hops` calls up from those given. */
const callersOf = (graph: IndexedGraph, starts: readonly number[], hops: number): number[] => {
  const reached = new Set(starts);
  let edge = [...starts];
  for (let hop = 0; hop < hops; hop++) {
    edge = edge.flatMap((node) => graph.callers[node]!).filter((node) => !reached.has(node));
    for (const node of edge) reached.add(node);
  }
  return [...reached];
};

/**
 * Targets to look at: those of the incident, what they call, who calls them, and what those call. Nearest first, at
 * most `MOST_TARGETS`.
 */
export const targetsInReach = (incident: Incident, graph: CallGraph): string[] => {
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
    .slice(0, MOST_TARGETS);
};

/** How many of the incident's targets lie behind each of the candidates along calls, itself included. */
export const membersBehind = (
  incident: Incident,
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

const firstSeen = (incident: Incident, target: string): number =>
  Object.values(incident.members).reduce(
    (first, member) => (member.targetId === target ? Math.min(first, member.firstAt) : first),
    Number.POSITIVE_INFINITY,
  );

/**
 * The target whose harm is followed down the calls: of the candidates the one with most of the incident behind it,
 * then the one that was noticed first.
 */
export const alarmedTarget = (
  incident: Incident,
  graph: CallGraph,
  candidates: readonly string[],
): string | undefined => {
  const behind = membersBehind(incident, graph, candidates);
  return candidates.toSorted(
    (a, b) =>
      behind.get(b)! - behind.get(a)! || firstSeen(incident, a) - firstSeen(incident, b) || (a < b ? -1 : 1),
  )[0];
};

/** The rows of the incident and those of normal operation before them. */
export interface DiagnosisRows {
  readonly window: RowGrid;
  readonly normal: RowGrid;
}

/** Usual interval of the longest of some histories, from one minute to one hour. */
export const commonStep = (histories: readonly History[]): number => {
  const [longest] = histories.toSorted((a, b) => b.timestamps.length - a.timestamps.length);
  return Math.min(3600, Math.max(60, detectStep(longest?.timestamps ?? [])));
};

/** Rows from at least an hour before the incident's start to two hours after it, or to `now` (epoch seconds). */
export const rowsAround = (startedAt: number, now: number, stepSeconds: number): DiagnosisRows => {
  const before = Math.max(MIN_ROWS_BEFORE, Math.ceil(BEFORE_SECONDS / stepSeconds)) * stepSeconds;
  const from = Math.floor((startedAt - before) / stepSeconds) * stepSeconds;
  const longest = Math.max(AFTER_SECONDS, MOST_ROWS_AFTER * stepSeconds);
  const to = Math.max(startedAt + 1, Math.min(now, startedAt + longest));
  const normalRows = Math.floor(NORMAL_SECONDS / stepSeconds);
  return {
    window: { from, stepSeconds, rows: Math.ceil((to - from) / stepSeconds) },
    normal: { from: from - normalRows * stepSeconds, stepSeconds, rows: normalRows },
  };
};
