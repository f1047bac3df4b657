import type { IncidentCase } from './incident-case.ts';
import type { NodeMetrics } from './metric-window.ts';
import { MIN_NORMAL_ROWS, trafficShares } from './traffic-share.ts';

/** Part of a callee's harm that each of its callers passes on, keyed by the caller's number. */
export type CallerShares = ReadonlyMap<number, number>;

const requestCounts = (metrics: NodeMetrics | undefined, minRows = 0): Float64Array | null => {
  const requests = metrics?.requests;
  if (requests == null || requests.length < minRows) return null;
  return requests.map((count) => (Number.isNaN(count) ? 0 : count));
};

const sharesOfCallee = (incident: IncidentCase, callee: number): CallerShares => {
  const callers = incident.graph.callers[callee]!;
  const measured = callers.filter((caller) => requestCounts(incident.metrics[caller]) !== null);
  const own = requestCounts(incident.metrics[callee]);
  if (own === null || measured.length === 0) return new Map(callers.map((caller) => [caller, 1]));
  const window = measured.map((caller) => requestCounts(incident.metrics[caller])!);
  const [normalCallee, ...normalCallers] = [callee, ...measured].map((node) =>
    requestCounts(incident.normal[node], MIN_NORMAL_ROWS),
  );
  const isLearned = normalCallee != null && normalCallers.every((requests) => requests !== null);
  const shares = trafficShares({
    learnCallers: isLearned ? normalCallers.map((requests) => requests!) : window,
    learnCallee: isLearned ? normalCallee : own,
    callers: window,
  });
  return new Map(measured.map((caller, i) => [caller, shares[i]!]));
};

/**
 * How each node's harm divides among its callers, by traffic: learned on normal data where there is enough, else on the
 * incident's own rows. A caller without request counts gets none where others have them, and all where none has.
 */
export const callerShares = (incident: IncidentCase): CallerShares[] =>
  incident.names.map((_, callee) => sharesOfCallee(incident, callee));
