import type { IncidentCase } from './incident-case.ts';
import type { NodeMetrics } from './metric-window.ts';
import { learnedShares, MIN_NORMAL_ROWS, sharesByVolume } from './traffic-share.ts';

/** Share of a callee's harm that reaches a caller, in [0, 1], and its standard error. */
export interface CallerShare {
  readonly part: number;
  readonly doubt: number;
}

/** Shares of one callee's callers, keyed by the caller's number. */
export type CallerShares = ReadonlyMap<number, CallerShare>;

const ALL: CallerShare = { part: 1, doubt: 0 };

const requestCounts = (metrics: NodeMetrics | undefined, minRows = 0): Float64Array | null => {
  const requests = metrics?.requests;
  if (requests == null || requests.length < minRows) return null;
  return requests.map((count) => (Number.isNaN(count) ? 0 : count));
};

/** Learned shares and shares by volume have different errors: use their mean, and half their difference as doubt. */
const blend = (learned: readonly number[], byVolume: readonly number[]): CallerShare[] =>
  byVolume.map((volume, i) => ({
    part: (learned[i]! + volume) / 2,
    doubt: Math.abs(learned[i]! - volume) / 2,
  }));

const divideAmong = (incident: IncidentCase, callee: number, callers: readonly number[]): CallerShare[] => {
  const window = callers.map((caller) => requestCounts(incident.metrics[caller])!);
  const byVolume = sharesByVolume(window);
  const learnCallee = requestCounts(incident.normal[callee], MIN_NORMAL_ROWS);
  const learnCallers = callers.flatMap(
    (caller) => requestCounts(incident.normal[caller], MIN_NORMAL_ROWS) ?? [],
  );
  if (learnCallee === null || learnCallers.length < callers.length) {
    return byVolume.map((part) => ({ part, doubt: part * (1 - part) }));
  }
  return blend(learnedShares({ learnCallers, learnCallee, callers: window }), byVolume);
};

const sharesOfCallee = (incident: IncidentCase, callee: number): CallerShares => {
  const callers = incident.graph.callers[callee]!;
  const measured = callers.filter((caller) => requestCounts(incident.metrics[caller]) !== null);
  if (measured.length === 0) return new Map(callers.map((caller) => [caller, ALL]));
  if (measured.length === 1) return new Map([[measured[0]!, ALL]]);
  const shares = divideAmong(incident, callee, measured);
  return new Map(measured.map((caller, i) => [caller, shares[i]!]));
};

/**
 * Divides each node's harm among its callers by traffic: learned from normal data if there is enough, else by the
 * callers' volume alone. A caller without request counts gets nothing if other callers have them, and all if none has.
 */
export const callerShares = (incident: IncidentCase): CallerShares[] =>
  incident.names.map((_, callee) => sharesOfCallee(incident, callee));
