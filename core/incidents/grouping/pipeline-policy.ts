import { DEFAULT_POLICY, type FoldPolicy } from './fold-policy.ts';

/** Two of the usual hourly forecast runs. */
const TWO_RUNS_SECONDS = 7200;

/**
 * How the deployed pipeline folds. Breaches are predicted anew once an hour and nothing reports their end: one counts as
 * going on, and a repeat as no news, until two forecast runs have passed. Anomalies and alarms go on until their end is
 * reported.
 */
export const PIPELINE_POLICY: FoldPolicy = {
  ...DEFAULT_POLICY,
  dedupTtlSeconds: TWO_RUNS_SECONDS,
  activeSeconds: TWO_RUNS_SECONDS,
};
