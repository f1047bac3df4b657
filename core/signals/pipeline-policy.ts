import { DEFAULT_POLICY, type FoldPolicy } from '../incidents/fold-policy.ts';

/** Two of the usual hourly forecast runs. */
const TWO_RUNS_SECONDS = 7200;

/**
 * How the deployed pipeline folds. Breaches are predicted anew once an hour, and after an anomaly a metric is silent
 * for hours: what was reported counts as going on, and a repeat as no news, until two forecast runs have passed. The
 * shorter times of the default would close and reopen an incident every hour.
 */
export const PIPELINE_POLICY: FoldPolicy = {
  ...DEFAULT_POLICY,
  dedupTtlSeconds: TWO_RUNS_SECONDS,
  activeSeconds: TWO_RUNS_SECONDS,
};
