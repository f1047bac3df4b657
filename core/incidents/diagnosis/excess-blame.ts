import { type CallerShares, callerShares } from './caller-shares.ts';
import { type CarriedShare, carriedShares, chainCapacities, LINK_TOLERANCE } from './carried-share.ts';
import type { IncidentCase } from './incident-case.ts';

/** The score of a node and its parts. Shares are fractions of the target's added harm. */
export interface NodeBlame {
  readonly node: number;
  /** Own share minus its standard error; if it is smaller than that, their ratio minus 1, which is negative. */
  readonly score: number;
  readonly carried: number;
  /** Part of `carried` that the node's own callees explain. */
  readonly explained: number;
  /** Largest share that any chain of calls from the target can carry. */
  readonly capacity: number;
  /** Standard error of the own share, including that of its callees. */
  readonly noise: number;
  readonly isNew: boolean;
  /** May only mirror a neighbour that carries as much: see `isOutsideView`. */
  readonly isOutsideView: boolean;
}

const WEIGHT_OF_OUTSIDE_VIEW = 0.5;
/** Tolerance: two measurements of the same harm differ a little. */
const AS_MUCH = 0.9;
const NOTHING = { part: 0, doubt: 0 };

type Shares = readonly (CarriedShare | null)[];

interface Explained {
  readonly share: number;
  readonly variance: number;
}

/**
 * Returns a function for the share that a node's callees explain. A callee counts with the share it carried, raised, as
 * far as its noise allows, to what its own callees sent through it. A callee without measurements counts with the latter.
 */
const explainer = (incident: IncidentCase, carried: Shares, shares: readonly CallerShares[]) => {
  const known = new Map<number, Explained>();
  const passedUp = (callee: number): Explained => {
    const own = carried[callee];
    const below = explain(callee);
    if (own == null) return below;
    const lifted = Math.min(below.share, own.carried + LINK_TOLERANCE * own.noise);
    return { share: Math.max(0, own.carried, lifted), variance: own.noise ** 2 };
  };
  const explain = (node: number): Explained => {
    const before = known.get(node);
    if (before !== undefined) return before;
    let share = 0;
    let variance = 0;
    for (const callee of incident.graph.callees[node]!) {
      if (incident.harms[callee]?.isNew === true) continue;
      const { part, doubt } = shares[callee]!.get(node) ?? NOTHING;
      const up = passedUp(callee);
      share += part * up.share;
      variance += part ** 2 * up.variance + (doubt * up.share) ** 2;
    }
    known.set(node, { share, variance });
    return { share, variance };
  };
  return explain;
};

/**
 * True for an endpoint without callees whose neighbour has callees, shares a caller and carries at least as much: often
 * the load balancer in front of that neighbour, as its client sees it.
 */
const isOutsideView = ({ graph }: IncidentCase, carried: Shares, node: number): boolean =>
  graph.callees[node]!.length === 0 &&
  graph.callers[node]!.some((caller) =>
    graph.callees[caller]!.some(
      (other) =>
        graph.callees[other]!.length > 0 &&
        (carried[other]?.carried ?? 0) >= AS_MUCH * (carried[node]?.carried ?? 0),
    ),
  );

/** A share minus its noise. Below the noise, a negative score by their ratio: a large doubtful share beats a small one. */
const aboveNoise = (share: number, noise: number): number => {
  if (share >= noise) return share - noise;
  return share / noise - 1;
};

/**
 * Excess blame: charges each node reachable from the target with the part of the target's added harm that it carried and
 * its own callees do not explain, capped by the capacity of its chain of calls and reduced by its standard error. Nodes
 * that appeared with the incident come last, as they are a symptom of a change in their caller. Highest first; names are
 * never read. Method: docs/adr/0006-diagnosis.md.
 */
export const rankByExcessBlame = (incident: IncidentCase): NodeBlame[] => {
  const carried = carriedShares(incident);
  const capacity = chainCapacities(incident, carried);
  const explain = explainer(incident, carried, callerShares(incident));
  const blame = (node: number): NodeBlame[] => {
    const share = carried[node];
    if (incident.distance[node] === -1 || share == null) return [];
    const explained = explain(node);
    const noise = Math.sqrt(share.noise ** 2 + explained.variance);
    const own = aboveNoise(Math.min(share.carried - explained.share, capacity[node]!), noise);
    const outside = isOutsideView(incident, carried, node);
    return [
      {
        node,
        score: outside && own > 0 ? own * WEIGHT_OF_OUTSIDE_VIEW : own,
        carried: share.carried,
        explained: explained.share,
        capacity: capacity[node]!,
        noise,
        isNew: incident.harms[node]?.isNew ?? false,
        isOutsideView: outside,
      },
    ];
  };
  const blames = incident.names.flatMap((_, node) => blame(node));
  return blames.sort((a, b) => Number(a.isNew) - Number(b.isNew) || b.score - a.score || a.node - b.node);
};
