import { toTargetId } from '../intake/alarm-signal.ts';
import type { DependencyEdge } from './dependency-edge.ts';
import { edgesFromTraces, type TraceSummary } from './trace-summaries.ts';

/**
 * Calls between targets in a trace summary. X-Ray lists one service under several types (a function and its
 * invocations); here they are one target, named as its metrics are. `seenAt` in epoch seconds.
 */
export const targetCalls = (summary: TraceSummary, seenAt: number): DependencyEdge[] => {
  const untyped = summary.Services.map(({ Type: _, ...service }) => service);
  return edgesFromTraces({ ...summary, Services: untyped }, seenAt)
    .map((edge) => ({ ...edge, caller: toTargetId(edge.caller), callee: toTargetId(edge.callee) }))
    .filter(({ caller, callee }) => caller !== callee);
};
