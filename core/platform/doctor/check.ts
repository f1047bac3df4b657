import { errorFrom } from '../../shared/errors.ts';
import type { Deployment } from './ports.ts';

/** Something that an operator should do. */
export interface Finding {
  readonly subject: string;
  readonly problem: string;
  /** One line: what to do, if possible as a command. */
  readonly action: string;
  /** Section of the runbook: `docs/runbook.md#…`. */
  readonly runbook: string;
}

/** The result of judging facts: what was seen, and what needs doing. */
export interface Verdict {
  readonly summary: string;
  readonly findings: readonly Finding[];
}

/** `unknown`: the check could not be made. `skipped`: it means nothing for this deployment. */
export type CheckStatus = 'ok' | 'action' | 'unknown' | 'skipped';

export interface CheckResult extends Verdict {
  readonly check: string;
  readonly status: CheckStatus;
}

/** Reads one aspect of a deployment and judges it. */
export interface Check {
  readonly name: string;
  /** Why a local deployment is not checked. */
  readonly skippedLocally?: string;
  readonly verdictOn: (deployment: Deployment) => Promise<Verdict>;
}

/** A check from a read of the deployment and a judgement of the facts. */
export const makeCheck = <Facts>(
  name: string,
  read: (deployment: Deployment) => Promise<Facts>,
  judge: (facts: Facts) => Verdict,
  skippedLocally?: string,
): Check => ({
  name,
  verdictOn: async (deployment) => judge(await read(deployment)),
  ...(skippedLocally === undefined ? {} : { skippedLocally }),
});

const skipped = (check: Check): CheckResult => ({
  check: check.name,
  status: 'skipped',
  summary: `not checked locally: ${check.skippedLocally}`,
  findings: [],
});

/** Runs a check. Never fails: a check that cannot be made has status `unknown`. */
export const runCheck = async (
  check: Check,
  deployment: Deployment,
  isLocal: boolean,
): Promise<CheckResult> => {
  if (isLocal && check.skippedLocally !== undefined) return skipped(check);
  try {
    const verdict = await check.verdictOn(deployment);
    return { check: check.name, status: verdict.findings.length > 0 ? 'action' : 'ok', ...verdict };
  } catch (error) {
    const summary = `could not be checked: ${errorFrom(error).message}`;
    return { check: check.name, status: 'unknown', summary, findings: [] };
  }
};
