import { DAY_SECONDS } from '../../shared/time.ts';

/** Days in which one metric of one target is reported once, by chance or for a reason of its own. */
const DAYS_PER_ALERT = 14;
/** Accepted number of coincidences by chance, per metric and year. */
const CHANCE_PER_YEAR = 0.001;
const MIN_TARGETS = 3;
const DAYS_PER_YEAR = 365;

/** Probability of at least `min` events if `mean` are expected (Poisson). Summed from the top because it is tiny. */
const tailOf = (mean: number, min: number): number => {
  let term = Math.exp(-mean);
  for (let k = 1; k <= min; k++) term *= mean / k;
  let sum = 0;
  for (let k = min + 1; term > 0 && k < min + 400; k++) {
    sum += term;
    term *= mean / k;
  }
  return sum;
};

/**
 * Smallest number of targets whose misbehaving in the same way within `windowSeconds` is not chance, by size of the
 * fleet: 3 of 10, 5 of 100, 8 of 1,000 and 18 of 10,000 within five minutes. Reasons: docs/adr/0010-incidents.md.
 */
export const minCoincidence = (fleetTargets: number, windowSeconds: number): number => {
  const perYear = (fleetTargets * DAYS_PER_YEAR) / DAYS_PER_ALERT;
  const meanOthers = (fleetTargets * windowSeconds) / (DAYS_PER_ALERT * DAY_SECONDS);
  let targets = MIN_TARGETS;
  // Below twice the mean the tail probability is large and its terms are not yet decreasing.
  while (targets - 1 < 2 * meanOthers || perYear * tailOf(meanOthers, targets - 1) > CHANCE_PER_YEAR)
    targets++;
  return targets;
};
