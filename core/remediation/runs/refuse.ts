import type { Refusal, Remediation, RemediationStatus } from '../remediation.ts';

/** One sentence from refusals, most important first. */
export const explainRefusals = (refusals: readonly Refusal[]): string =>
  refusals.map(({ reason }) => reason).join('; ') || 'the gate refused';

/** A run that ends before anything was changed. */
export const endedRun = (
  run: Remediation,
  status: RemediationStatus,
  now: number,
  explanation: string,
  refusals: readonly Refusal[] = [],
): Remediation => ({ ...run, status, endedAt: now, explanation, refusals: [...refusals] });

export const refusedRun = (run: Remediation, refusals: readonly Refusal[], now: number): Remediation =>
  endedRun(run, 'refused', now, explainRefusals(refusals), refusals);
