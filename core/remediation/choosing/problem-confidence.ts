import type { CauseKind } from '../cause.ts';

type Knot = readonly [stated: number, real: number];

/**
 * Share of warned hours in which the breach came within the horizon, by the probability of the forecast: a logistic fit
 * of 1,982 hours on simulated services of which half of the rises are harmless (seeds 21 and 23 of
 * bench/remediation/confidence). Forecasts state too much there: of the hours above 0.85, 0.77 were real on seed 22.
 */
const WARNED_HOURS: readonly Knot[] = [
  ...([
    [0, 0],
    [0.3, 0.22],
    [0.5, 0.33],
    [0.7, 0.45],
    [0.8, 0.53],
    [0.85, 0.58],
    [0.9, 0.65],
  ] as const),
  ...([
    [0.95, 0.74],
    [0.98, 0.84],
    [0.99, 0.89],
    [0.995, 0.92],
    [1, 0.97],
  ] as const),
];

/**
 * Share of proposed rollbacks of deployments that did harm, by what the proposal states: an isotonic fit of 267 proposals
 * on simulated deployments (bench/remediation/confidence). A proposal states harm × confidence, 0.8 at most, and 0.88 of
 * them were right whatever they stated. Below 0.2 none was seen, so that these stay below the limit of the gate.
 */
const PROPOSALS: readonly Knot[] = [
  [0, 0],
  [0.2, 0.85],
  [0.3, 0.872],
  [0.5, 0.872],
  [0.6, 0.889],
  [1, 0.889],
];

/**
 * Kinds whose statements are too high near the limit of the gate, or are no probabilities. Causes of incidents are neither
 * (0.98 were right above 0.85). What owners and people state is theirs.
 */
const TABLES: Readonly<Partial<Record<CauseKind, readonly Knot[]>>> = {
  'predicted-breach': WARNED_HOURS,
  'unhealthy-deployment': PROPOSALS,
};

/** Calibrated probability of a problem from what its source states: never less for a higher statement. */
export const problemConfidence = (kind: CauseKind, stated: number): number => {
  const table = TABLES[kind];
  if (table === undefined) return stated;
  const above = Math.max(
    1,
    table.findIndex(([knot]) => knot >= stated),
  );
  const [[from, low], [to, high]] = [table[above - 1]!, table[above]!];
  return low + ((high - low) * (stated - from)) / (to - from);
};
