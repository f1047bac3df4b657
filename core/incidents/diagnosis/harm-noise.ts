import type { NodeHarm } from './added-harm.ts';
import type { IncidentCase } from './incident-case.ts';

/** Part of a base's squared error that remains if normal data steadies it: the squared weight of the rows before the alarm. */
const PRE_ALARM_WEIGHT_SQUARED = 0.49;

/** Root mean square of a node's harm around the target's profile, with two degrees of freedom used up. */
const misfit = (node: NodeHarm, profile: Float64Array, carried: number): number => {
  const squares = node.harm.reduce((sum, value, row) => sum + (value - carried * profile[row]!) ** 2, 0);
  return Math.sqrt(squares / Math.max(1, profile.length - 2));
};

/**
 * Squared error, in harm x profile, of counted failures: the chance of each row (binomial), and that of the rows from
 * which the base was learned, which shifts all rows together.
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
 * Standard error of a node's carried share: the largest of the errors from its normal fluctuation, its misfit to the
 * target's profile and (for failures) counting. `energy` is the sum of the profile's squares.
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
