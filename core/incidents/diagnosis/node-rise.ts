import type { CarriedShare } from './carried-share.ts';
import type { IncidentCase } from './incident-case.ts';

/** A rise of latency by this fraction of its base, or of the failure rate by this much, counts in full. */
const FULL_RISE = { latency: 0.3, availability: 0.05 } as const;
const MIN_LATENCY = 1e-4;
/** A share of this many standard errors has a clarity of one half. */
const HALF_CERTAIN = 2;

/** The change of a node during the alarm, regardless of its traffic. */
export interface NodeRise {
  /** Mean added seconds per request, or added failure rate, weighted by the target's profile; at least 0. */
  readonly added: number;
  /** `added` as a fraction of the base (latency) or unchanged (availability). */
  readonly relative: number;
  /** Cosine of the node's added harm and the target's profile in the rows of the alarm, limited to [0, 1]. */
  readonly match: number;
  /** How far the node's share exceeds noise, in [0, 1). */
  readonly clarity: number;
}

const cosine = (a: Float64Array, b: Float64Array, isOmitted: readonly boolean[]): number => {
  let product = 0;
  let energyA = 0;
  let energyB = 0;
  for (let row = 0; row < a.length; row++) {
    if (isOmitted[row] === true) continue;
    product += a[row]! * b[row]!;
    energyA += a[row]! ** 2;
    energyB += b[row]! ** 2;
  }
  return energyA > 0 && energyB > 0 ? product / Math.sqrt(energyA * energyB) : 0;
};

const meanAdded = (badness: Float64Array, base: number, weights: Float64Array): number => {
  let sum = 0;
  let weight = 0;
  for (let row = 0; row < badness.length; row++) {
    if (Number.isNaN(badness[row]!)) continue;
    sum += weights[row]! * (badness[row]! - base);
    weight += weights[row]!;
  }
  return weight > 0 ? Math.max(0, sum / weight) : 0;
};

/** The change of a node during the alarm; null if the node was not measured. */
export const nodeRise = (
  incident: IncidentCase,
  node: number,
  share: CarriedShare | null,
): NodeRise | null => {
  const harm = incident.harms[node];
  if (harm == null || share === null) return null;
  const added = meanAdded(harm.badness, harm.base, incident.profile);
  const signal = Math.max(0, share.carried);
  const doubt = signal + HALF_CERTAIN * share.noise;
  return {
    added,
    relative: added / (incident.metric === 'latency' ? Math.max(harm.base, MIN_LATENCY) : 1),
    match: Math.min(1, Math.max(0, cosine(harm.harm, incident.profile, incident.before))),
    clarity: doubt > 0 ? signal / doubt : 0,
  };
};

/** Weight of a relative rise, in [0, 1]. */
export const riseWeight = (incident: IncidentCase, rise: NodeRise): number =>
  Math.min(1, rise.relative / FULL_RISE[incident.metric]);
