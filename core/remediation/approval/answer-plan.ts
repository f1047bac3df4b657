import type { Actor } from '../../platform/actor.ts';
import { ConflictError } from '../../shared/errors.ts';
import { isoOfSeconds } from '../../shared/time.ts';
import type { Versioned } from '../../shared/versioned.ts';
import type { NewDecision } from '../decision.ts';
import type { PlanAnswer, RemediationState, RemediationStore, WaitingWorkflows } from '../ports.ts';
import type { Approval, ApprovalRequest, Question, Remediation } from '../remediation.ts';
import { refuseUnasked } from './open-question.ts';
import { refuseOtherHash, refuseRequester, refuseUnlessPerson } from './who-may-answer.ts';

/** What a person says about a plan. */
export interface Answer {
  readonly tenantId: string;
  readonly remediationId: string;
  readonly answer: PlanAnswer;
  /** What the person was asked. */
  readonly question: Question;
  /** When it was asked, for an answer to no other question of this kind. */
  readonly askedAt?: number;
  /** Of the plan that the person saw. */
  readonly planHash: string;
  readonly reason: string;
  readonly by: Actor;
}

export interface AnswerDeps {
  readonly store: Pick<RemediationStore, 'state' | 'get' | 'commit'>;
  readonly workflows: WaitingWorkflows;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export interface Answered {
  readonly remediation: Remediation;
  /** The person had given this answer before; nothing was stored. */
  readonly isRepeated: boolean;
}

const QUESTION = 'the question about the plan';

/** @throws ConflictError if nothing is asked, the plan is another one, or the time is over */
const openQuestion = (run: Remediation, given: Answer): ApprovalRequest => {
  const { approval } = run;
  if (approval === null) return refuseUnasked(run);
  refuseOtherHash(approval.planHash, given.planHash);
  return approval;
};

const isSame = ({ by }: Approval, { by: other }: Answer): boolean => by.name === other.name;

/** True if the person answered so before. @throws ConflictError if the question was answered otherwise */
const isAnswered = ({ approvals, rejection, needed }: ApprovalRequest, given: Answer): boolean => {
  if (rejection !== null) {
    if (given.answer === 'rejected' && isSame(rejection, given)) return true;
    throw new ConflictError(`${QUESTION} was answered: ${rejection.by.name} rejected it`);
  }
  if (given.answer === 'approved' && approvals.some((each) => isSame(each, given))) return true;
  if (approvals.length < needed) return false;
  const names = approvals.map(({ by }) => by.name).join(', ');
  throw new ConflictError(`${QUESTION} was answered: ${names} approved it`);
};

const decisionOf = (given: Answer, run: Remediation, state: RemediationState, now: number): NewDecision => ({
  kind: given.answer,
  ...{ remediationId: run.remediationId, at: now, by: given.by, planHash: run.planHash },
  ...{ policyVersion: state.policy.revision, inputsHash: null, outcome: { reason: given.reason } },
});

const withAnswer = (run: Remediation, approval: ApprovalRequest, given: Answer, now: number): Remediation => {
  const { planHash, by, reason } = given;
  const own: Approval = { planHash, by, reason, at: now };
  if (given.answer === 'approved')
    return { ...run, approval: { ...approval, approvals: [...approval.approvals, own] } };
  return {
    ...{ ...run, status: 'rejected', endedAt: now, approval: { ...approval, rejection: own } },
    explanation: `${by.name} rejected it${reason === '' ? '' : `: ${reason}`}`,
  };
};

/** @throws ConflictError unless the remediation waits and its time is not over */
const refuseLate = ({ status, remediationId }: Remediation, { expiresAt }: ApprovalRequest, now: number) => {
  if (status !== 'awaiting-approval')
    throw new ConflictError(`remediation ${remediationId} is ${status}: it waits for no answer`);
  if (now >= expiresAt)
    throw new ConflictError(
      `${QUESTION} expired at ${isoOfSeconds(expiresAt)}: no answer means no; request the action again`,
    );
};

/** Stores the answer; undefined if another writer was faster. */
const commitAnswer = async (
  { store }: AnswerDeps,
  state: RemediationState,
  { item: run, revision }: Versioned<Remediation>,
  given: Answer,
  now: number,
): Promise<Answered | undefined> => {
  const approval = openQuestion(run, given);
  if (isAnswered(approval, given)) return { remediation: run, isRepeated: true };
  refuseLate(run, approval, now);
  const item = withAnswer(run, approval, given, now);
  const { tenantId } = given;
  const decisions = [decisionOf(given, run, state, now)];
  const stored = await store.commit({
    ...{ tenantId, head: state.head, decisions },
    remediation: { item, revision },
  });
  return stored && { remediation: item, isRepeated: false };
};

/** Tells the workflow, also for a repeated answer: the first attempt may have ended between the two. */
const tellWorkflow = async ({ workflows }: AnswerDeps, { approval, status }: Remediation): Promise<void> => {
  if (approval === null) return;
  const { taskToken, approvals, needed, rejection } = approval;
  if (rejection !== null) await workflows.answer(taskToken, 'rejected');
  else if (status === 'awaiting-approval' && approvals.length >= needed)
    await workflows.answer(taskToken, 'approved');
};

/**
 * Takes the answer of a person to the question about a plan: records it with its decision, and tells the workflow as soon
 * as enough people approved or one rejected. Undefined if another writer was faster.
 * @throws ConflictError if the plan is another one, or the question was answered or expired
 * @throws ProblemError `forbidden` for anyone but a person, and for an approval by the one who asked for the action
 */
export const answerPlan = async (
  deps: AnswerDeps,
  state: RemediationState,
  stored: Versioned<Remediation>,
  given: Answer,
): Promise<Answered | undefined> => {
  refuseUnlessPerson(given.by);
  if (given.answer === 'approved') refuseRequester(stored.item, given.by);
  const answered = await commitAnswer(deps, state, stored, given, Math.floor(deps.now() / 1000));
  if (answered !== undefined) await tellWorkflow(deps, answered.remediation);
  return answered;
};
