import { InvalidInputError } from '../../shared/errors.ts';
import type { ApprovalRequest, Remediation } from '../remediation.ts';
import { approvalRequested, approved, ended } from './announce.ts';
import { asJson, type JudgeDeps, type Judged, judgeRun } from './judge-run.ts';
import { proceed, type StepOutcome } from './outcome.ts';
import { endedRun, refusedBy, refusedRun } from './refuse.ts';
import { answersUntil, resume } from './resume.ts';
import { type RunKey, type Snapshot, type Step, type StepDeps, storedRun, takeStep } from './step.ts';

export type AskDeps = StepDeps & JudgeDeps;

/** `waiting`: people can answer; `settled`: there is nothing to wait for. */
export type Asked = 'waiting' | 'settled';

/** How the workflow waits for an answer. */
export interface AskedBy {
  readonly taskToken: string;
  /** A later attempt is greater. Absent from runs that began on an older definition. */
  readonly attempt?: string | undefined;
}

/** @throws InvalidInputError if nothing was planned */
export const planOf = ({ plan, planHash, remediationId }: Remediation) => {
  if (plan !== null && planHash !== null) return { plan, planHash };
  throw new InvalidInputError(`remediation ${remediationId} has no plan`);
};

/** Approvals of the exact plan by as many different people as are needed, and no rejection. */
export const isApproved = ({ approval, planHash }: Remediation): boolean => {
  if (approval === null || approval.rejection !== null) return false;
  const valid = approval.approvals.filter((each) => each.planHash === planHash);
  const people = new Set(valid.map(({ by }) => JSON.stringify([by.kind, by.keyId ?? null, by.name])));
  return people.size >= approval.needed;
};

const refused = (run: Remediation, judged: Judged, now: number): Step<Asked> => {
  const { refusals } = judged.verdict;
  const over = refusedRun(run, refusals, now);
  const decision = refusedBy(refusals, judged);
  return { change: { run: over, decisions: [decision] }, events: ended(over), result: 'settled' };
};

const waitingOf = ({ taskToken, attempt }: AskedBy): Pick<ApprovalRequest, 'taskToken' | 'attempt'> => ({
  taskToken,
  ...(attempt === undefined ? {} : { attempt }),
});

const firstAsked = async (
  deps: AskDeps,
  snapshot: Snapshot,
  run: Remediation,
  askedBy: AskedBy,
): Promise<Step<Asked>> => {
  const { now, state } = snapshot;
  const { plan, planHash } = planOf(run);
  const judged = await judgeRun(deps, snapshot, run, plan, null);
  const { verdict, inputs } = judged;
  if (verdict.mode === 'refused' || verdict.mode === 'suggest') return refused(run, judged, now);
  const times = { askedAt: now, expiresAt: answersUntil(plan, state, now) };
  const needed = verdict.needed === 2 ? 2 : 1;
  const approval: ApprovalRequest = {
    ...{ planHash, ...times, needed, approvals: [], rejection: null, ...waitingOf(askedBy) },
  };
  const explanation = `waits until ${needed === 2 ? 'two people approve' : 'a person approves'} the plan`;
  const asked = { ...run, approval, explanation };
  const decision = {
    kind: 'approval-asked' as const,
    outcome: { ...times, needed, verdict: asJson(verdict) },
    inputs,
  };
  return {
    change: { run: asked, decisions: [decision] },
    events: approvalRequested(asked),
    result: 'waiting',
  };
};

/** Each attempt of the workflow waits with a token of its own: that of the latest one is kept, whichever call is slower. */
const askedAgain = (run: Remediation, approval: ApprovalRequest, askedBy: AskedBy): Step<Asked> => ({
  ...(approval.taskToken === askedBy.taskToken || (askedBy.attempt ?? '') < (approval.attempt ?? '')
    ? {}
    : { change: { run: { ...run, approval: { ...approval, ...waitingOf(askedBy) } }, decisions: [] } }),
  events: approvalRequested(run),
  result: 'waiting',
});

/**
 * Asks people about the plan, with the token that continues the workflow. The gate is asked first: nobody approves what
 * it would refuse.
 */
export const askStep = (deps: AskDeps, key: RunKey, askedBy: AskedBy): Promise<Asked> =>
  takeStep(deps, key, async (snapshot): Promise<Step<Asked>> => {
    const run = storedRun(key, snapshot);
    const { approval } = run;
    if (run.status !== 'awaiting-approval') return { result: 'settled', events: ended(run) };
    if (approval === null) return firstAsked(deps, snapshot, run, askedBy);
    if (isApproved(run) || approval.rejection !== null) return { result: 'settled' };
    return askedAgain(run, approval, askedBy);
  });

const over = (run: Remediation, now: number): Step<StepOutcome> => {
  const rejection = run.approval?.rejection ?? null;
  const closed =
    rejection === null
      ? endedRun(run, 'expired', now, 'nobody approved the plan in time, which means no')
      : endedRun(run, 'rejected', now, `${rejection.by.name} rejected the plan: ${rejection.reason}`);
  const { status, explanation } = closed;
  const kind = rejection === null ? ('approval-expired' as const) : ('closed' as const);
  return {
    change: { run: closed, decisions: [{ kind, outcome: { status, explanation } }] },
    events: ended(closed),
    result: proceed(closed, 'end'),
  };
};

/**
 * What people answered, or that nobody did. The workflow continues here after an answer, and after the time is over,
 * because an answer that was stored may not have reached it.
 */
export const settleStep = (deps: StepDeps, key: RunKey): Promise<StepOutcome> =>
  takeStep(deps, key, async (snapshot): Promise<Step<StepOutcome>> => {
    const run = storedRun(key, snapshot);
    const { now, state } = snapshot;
    if (run.status !== 'awaiting-approval') return { result: resume(run, state, now), events: ended(run) };
    if (isApproved(run)) return { result: proceed(run, 'prepare'), events: approved(run) };
    const expiresAt = run.approval?.expiresAt ?? planOf(run).plan.expiresAt;
    const isOpen = (run.approval?.rejection ?? null) === null && now < expiresAt;
    return isOpen ? { result: resume(run, state, now) } : over(run, now);
  });
