import { shareNoise } from './harm-noise.ts';
import type { IncidentCase } from './incident-case.ts';

/** Share of the target's harm that a node carried; 1 is as much as the target itself. */
export interface CarriedShare {
  readonly carried: number;
  /** Standard error of `carried`. */
  readonly noise: number;
}

/** A noisy link may carry this many standard errors more than measured. */
export const LINK_TOLERANCE = 2;

/**
 * Regresses each node's added harm on the target's profile (least squares through the origin). Harm at other times than
 * the target's, or much smaller than it, gives a small share: this is how time order enters. Null: not measured.
 */
export const carriedShares = (incident: IncidentCase): (CarriedShare | null)[] => {
  const { profile } = incident;
  const energy = profile.reduce((sum, value) => sum + value * value, 0);
  return incident.harms.map((node, index) => {
    if (node === null) return null;
    const carried = node.harm.reduce((sum, value, row) => sum + value * profile[row]!, 0) / energy;
    return { carried, noise: shareNoise(incident, index, node, carried, energy) };
  });
};

/**
 * Capacity of the best chain of calls from the target to each node: the maximum over all chains of the smallest carried
 * share on it (widest path), each plus its tolerance for noise. Nodes without measurements pass everything on. -Infinity:
 * no chain.
 */
export const chainCapacities = (
  { graph, target }: Pick<IncidentCase, 'graph' | 'target'>,
  shares: readonly (CarriedShare | null)[],
): Float64Array => {
  const width = (node: number): number => {
    const share = shares[node];
    return share == null ? Number.POSITIVE_INFINITY : share.carried + LINK_TOLERANCE * share.noise;
  };
  const capacity = new Float64Array(graph.size).fill(Number.NEGATIVE_INFINITY);
  capacity[target] = shares[target]?.carried ?? Number.POSITIVE_INFINITY;
  const queue = [target];
  for (let head = 0; head < queue.length; head++) {
    const node = queue[head]!;
    for (const callee of graph.callees[node]!) {
      const through = Math.min(capacity[node]!, width(callee));
      if (through <= capacity[callee]!) continue;
      capacity[callee] = through;
      queue.push(callee);
    }
  }
  return capacity;
};
