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
  /** `info` before the warning is raised, and in the run that ends it. */
  readonly severity: Severity;
  /** The run that raised the warning; before that, the first of the latest runs that all found it. */
  readonly since: number;
  /** The last run that announced it, and why; null before it is raised. */
  readonly announced: { readonly at: number; readonly reason: WarningReason } | null;
  /** For each severity the first of the latest runs that all found less than it; null if the last run did not. */
  readonly lessSince: { readonly warning: number | null; readonly critical: number | null };
}
