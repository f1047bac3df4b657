import { HOUR_SECONDS } from '../../shared/time.ts';
import type { BreachRisk } from '../breach-risk.ts';

/** A breach that is this much further away counts half. */
const HALVING_SECONDS = 4 * HOUR_SECONDS;

/**
 * One number to rank predicted breaches by, 0 (none) to 100 (certain and now): 100 P(breach) 2^(-median time to impact
 * / 4 h). Rises with the probability and falls with the time that is left; at an 8-hour horizon a certain breach at
 * its end ranks like one of 25 % that is due at once.
 */
export const riskScore = ({ probability, timeToImpactSeconds }: BreachRisk): number => {
  const urgency =
    timeToImpactSeconds === null ? 0 : 2 ** (-Math.max(0, timeToImpactSeconds.p50) / HALVING_SECONDS);
  return Math.round(100_000 * probability * urgency) / 1000;
};
