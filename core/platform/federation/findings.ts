import type { CheckResult, Finding } from '../doctor/check.ts';

const RUNBOOK = 'docs/sign-in.md#check-an-identity-provider';

export const finding = (subject: string, problem: string, action: string): Finding => ({
  ...{ subject, problem, action },
  runbook: RUNBOOK,
});

/** A check with what it saw, and what needs doing. */
export const judged = (check: string, summary: string, findings: readonly Finding[] = []): CheckResult => ({
  ...{ check, summary, findings },
  status: findings.length > 0 ? 'action' : 'ok',
});

/** A check that means nothing without something else. */
export const skipped = (check: string, summary: string): CheckResult => ({
  ...{ check, summary, status: 'skipped', findings: [] },
});

/** A day in UTC: `2027-03-01`. */
export const dayOf = (epochSeconds: number): string =>
  new Date(epochSeconds * 1000).toISOString().slice(0, 10);

/** A second in UTC: `2027-03-01T12:00:00Z`. */
export const timeOf = (epochSeconds: number): string =>
  `${new Date(epochSeconds * 1000).toISOString().slice(0, 19)}Z`;
