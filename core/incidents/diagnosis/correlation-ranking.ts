import { mean } from '../../shared/maths/averages.ts';
import { carriedShares } from './carried-share.ts';
import type { IncidentCase } from './incident-case.ts';
import { type NodeRise, nodeRise } from './node-rise.ts';

/** The score of a node without a call graph, and its parts. */
export interface CorrelationBlame {
  readonly node: number;
  readonly score: number;
  /** Pearson correlation of the node's added harm with the target's over all rows of the window. */
  readonly correlation: number;
  /** Number of rows by which the node's rise began after the target's (negative: before it). */
  readonly lag: number;
  readonly rise: NodeRise;
  readonly isNew: boolean;
}

const LATE_WEIGHT = 0.5;

const correlate = (a: Float64Array, b: Float64Array): number => {
  const [meanA, meanB] = [mean(a), mean(b)];
  let [product, varianceA, varianceB] = [0, 0, 0];
  for (let row = 0; row < a.length; row++) {
    product += (a[row]! - meanA) * (b[row]! - meanB);
    varianceA += (a[row]! - meanA) ** 2;
    varianceB += (b[row]! - meanB) ** 2;
  }
  return varianceA > 0 && varianceB > 0 ? product / Math.sqrt(varianceA * varianceB) : 0;
};

/** First row with at least half of the largest added harm. */
const onset = (harm: Float64Array): number => {
  const half = Math.max(...harm) / 2;
  return half > 0 ? harm.findIndex((value) => value >= half) : 0;
};

/**
 * Ranks all measured nodes if the calls are unknown: correlation with the target's added harm, times the share carried
 * beyond noise, times the logarithm of the relative rise (deeper nodes rise more, as their values are less diluted),
 * halved if the rise began after the target's (causes precede their effects). Highest first.
 */
export const rankByCorrelation = (incident: IncidentCase): CorrelationBlame[] => {
  const shares = carriedShares(incident);
  const targetHarm = incident.harms[incident.target]!.harm.map((value) => Math.max(0, value));
  const start = onset(targetHarm);
  const blames = incident.names.flatMap((_, node): CorrelationBlame[] => {
    const share = shares[node] ?? null;
    const rise = nodeRise(incident, node, share);
    const harm = incident.harms[node];
    if (rise === null || share === null || harm == null) return [];
    const correlation = correlate(harm.harm, targetHarm);
    const lag = onset(harm.harm) - start;
    const carried = Math.min(1, Math.max(0, share.carried - share.noise));
    const strength = Math.max(0, correlation) * carried * Math.log1p(rise.relative);
    return [
      { node, score: lag > 0 ? strength * LATE_WEIGHT : strength, correlation, lag, rise, isNew: harm.isNew },
    ];
  });
  return blames.sort((a, b) => Number(a.isNew) - Number(b.isNew) || b.score - a.score || a.node - b.node);
};
