import type { Severity } from './breach-risk.ts';

export const WARNING_REASONS = [
  'raised',
  'severity-raised',
  'severity-lowered',
  'reminder',
  'ended',
] as const;
/** Why a warning is announced. */
export type WarningReason = (typeof WARNING_REASONS)[number];

/** The warning about one metric, from run to run. Times are those of runs, in epoch milliseconds. */
export interface StandingWarning {
  /** `info` only in the run that ends the warning. */
  readonly severity: Severity;
  /** The run that raised the warning. */
  readonly since: number;
  /** The last run that announced it, and why. */
  readonly announced: { readonly at: number; readonly reason: WarningReason };
  /** For each severity the first of the latest runs that all found less than it; null if the last run did not. */
  readonly lessSince: { readonly warning: number | null; readonly critical: number | null };
}
