import type { NodeHarm } from './added-harm.ts';
import type { IncidentCase } from './incident-case.ts';

/** Part of a base's error that stays when normal data steadies it: the weight of the few rows before the alarm. */
const PRE_ALARM_WEIGHT_SQUARED = 0.49;

/** Root mean square of what a node's harm does beside the target's profile; two degrees of freedom are used up. */
const misfit = (node: NodeHarm, profile: Float64Array, carried: number): number => {
  const squares = node.harm.reduce((sum, value, row) => sum + (value - carried * profile[row]!) ** 2, 0);
  return Math.sqrt(squares / Math.max(1, profile.length - 2));
};

/**
 * Squared error, in harm x profile, of failures that are counted: each row's own chance (binomial), and the chance of
 * the rows that the base was learned from, which shifts all rows together.
 */
const countingError = (incident: IncidentCase, node: NodeHarm, requests: Float64Array): number => {
  const rate = Math.min(1, Math.max(0, node.base));
  let own = 0;
  let weighted = 0;
  let seenBefore = 0;
  for (const [row, count] of requests.entries()) {
    if (!(count > 0)) continue;
    own += incident.profile[row]! ** 2 * count;
    weighted += incident.profile[row]! * count;
    if (incident.before[row] === true) seenBefore += count;
  }
  const steadied = node.normal === null ? 1 : PRE_ALARM_WEIGHT_SQUARED;
  const shared = seenBefore > 0 ? (steadied * weighted ** 2) / seenBefore : 0;
  return rate * (1 - rate) * (own + shared);
};

/**
 * Standard error of a node's carried share: the largest of what its normal fluctuation, its misfit to the target's
 * profile, and (for failures) plain counting lead to expect. `energy` is the sum of the profile's squares.
 */
export const shareNoise = (
  incident: IncidentCase,
  index: number,
  node: NodeHarm,
  carried: number,
  energy: number,
): number => {
  const usual = Math.max(node.normal?.harmSpread ?? 0, misfit(node, incident.profile, carried));
  const requests = incident.metric === 'availability' ? incident.metrics[index]?.requests : null;
  const counted = requests == null ? 0 : Math.sqrt(countingError(incident, node, requests)) / energy;
  return Math.max(usual / Math.sqrt(energy), counted);
};
