import { InvalidInputError } from '../../shared/errors.ts';
import { addedHarm, type NodeHarm } from './added-harm.ts';
import { rowsBeforeAlarm } from './alarm-rows.ts';
import { type CallGraph, callDistances, type IndexedGraph, indexGraph, withoutCycles } from './call-graph.ts';
import { canonicalOrder } from './canonical-order.ts';
import type { DiagnosisTarget, HarmMetric } from './diagnosis-target.ts';
import type { MetricWindow, NodeMetrics } from './metric-window.ts';

/** An incident prepared for ranking: numbered nodes in canonical order, their harm, and the target's profile. */
export interface IncidentCase {
  readonly names: readonly string[];
  readonly graph: IndexedGraph;
  readonly target: number;
  readonly metric: HarmMetric;
  /** Number of calls from the target along the shortest chain; -1 if none leads to the node. */
  readonly distance: Int32Array;
  readonly before: readonly boolean[];
  readonly harms: readonly (NodeHarm | null)[];
  readonly metrics: readonly (NodeMetrics | undefined)[];
  readonly normal: readonly (NodeMetrics | undefined)[];
  /** The target's added harm in the rows of the alarm, at least 0: the profile that causes must match. */
  readonly profile: Float64Array;
}

const targetProfile = (harm: NodeHarm, before: readonly boolean[]): Float64Array => {
  const profile = harm.harm.map((added, row) => (before[row] === true ? 0 : Math.max(0, added)));
  const isFlat = profile.every((added) => added === 0);
  return isFlat ? profile.map((_, row) => (before[row] === true ? 0 : 1)) : profile;
};

/** True if a node has a value in any row of the alarm. Without one, it cannot be seen to carry harm. */
export const isSeenInAlarm = (incident: IncidentCase, node: number): boolean =>
  incident.harms[node]?.badness.some((v, row) => incident.before[row] !== true && !Number.isNaN(v)) ?? false;

/**
 * Prepares an incident for ranking.
 * @throws InvalidInputError if the window does not contain the target's metric, or no row belongs to the alarm
 */
export const prepareCase = (
  graph: CallGraph,
  window: MetricWindow,
  alarm: DiagnosisTarget,
  normal: MetricWindow | null,
): IncidentCase => {
  const names = canonicalOrder(graph, window, normal, alarm.node);
  const target = names.indexOf(alarm.node);
  const indexed = withoutCycles(indexGraph(graph, names), target);
  const before = rowsBeforeAlarm(window, alarm.timestamp);
  const metrics = names.map((name) => window.nodes.get(name));
  const normalMetrics = names.map((name) => normal?.nodes.get(name));
  const harms = names.map((_, i) => addedHarm(metrics[i], normalMetrics[i], alarm.metric, before));
  const harm = harms[target];
  if (harm == null || harm.badness.every(Number.isNaN)) {
    throw new InvalidInputError(
      `target: found no ${alarm.metric} of ${alarm.node} in the window, expected values of it`,
    );
  }
  if (before.every(Boolean)) {
    throw new InvalidInputError(
      `target: found an alarm at ${alarm.timestamp}, expected a time within the rows of the window`,
    );
  }
  const profile = targetProfile(harm, before);
  const distance = callDistances(indexed, target);
  return {
    names,
    graph: indexed,
    target,
    metric: alarm.metric,
    distance,
    before,
    harms,
    metrics,
    normal: normalMetrics,
    profile,
  };
};
