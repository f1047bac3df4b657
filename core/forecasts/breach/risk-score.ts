import { HOUR_SECONDS } from '../../shared/time.ts';
import type { BreachRisk } from '../breach-risk.ts';

/** Time to impact after which a breach scores half. */
const HALVING_SECONDS = 4 * HOUR_SECONDS;

/**
 * Score for ranking predicted breaches, 0 (none) to 100 (certain and immediate): 100 P(breach) 2^(-median time to impact
 * / 4 h). Rises with the probability and falls with the time to impact: a certain breach in 8 hours scores the same as
 * an immediate one with a probability of 25 %.
 */
export const riskScore = ({ probability, timeToImpactSeconds }: BreachRisk): number => {
  const urgency =
    timeToImpactSeconds === null ? 0 : 2 ** (-Math.max(0, timeToImpactSeconds.p50) / HALVING_SECONDS);
  return Math.round(100_000 * probability * urgency) / 1000;
};
