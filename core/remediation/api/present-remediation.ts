import type * as z from 'zod';
import type { Actor } from '../../platform/actor.ts';
import { isoOfSeconds } from '../../shared/time.ts';
import { awaitsUndo } from '../awaits-undo.ts';
import { findAction } from '../catalogue/catalogue.ts';
import { describeCause } from '../describe-cause.ts';
import { describeWithoutAnswer } from '../describe-plan.ts';
import type { RemediationPlan } from '../plan.ts';
import type { Approval, Execution, Question, Remediation } from '../remediation.ts';
import { describeUndo } from '../runs/announce.ts';
import type { PlanView, RemediationSummary, RemediationView } from './remediations.ts';

/** Leaves out what is null: the API shows it as absent. */
const present = <Name extends string, Value, Shown>(
  name: Name,
  value: Value | null,
  show: (value: Value) => Shown,
) => (value === null ? {} : { [name]: show(value) }) as { readonly [Key in Name]?: Shown };

const same = <Value>(value: Value): Value => value;

const isPlanAsked = ({ status, approval }: Remediation): boolean =>
  status === 'awaiting-approval' && approval !== null;

const askedOf = (run: Remediation): Question | null => {
  if (awaitsUndo(run)) return 'undo';
  return isPlanAsked(run) ? 'plan' : null;
};

export const presentRemediation = (run: Remediation): z.infer<typeof RemediationSummary> => {
  const { remediationId, status, startedAt, endedAt, environment, isDryRun, cause, plan, explanation } = run;
  const isAsked = isPlanAsked(run);
  return {
    ...{ id: remediationId, status, startedAt: isoOfSeconds(startedAt), dryRun: isDryRun },
    ...present('endedAt', endedAt, isoOfSeconds),
    ...present('environment', environment, same),
    cause: describeCause(cause),
    ...present('action', plan, ({ action }) => action.id),
    ...present('resource', plan, ({ resource }) => resource),
    ...present('change', plan, ({ change }) => change.summary),
    ...present('risk', plan, ({ risk }) => risk),
    ...present('planHash', run.planHash, same),
    ...present('answerBy', isAsked ? run.approval : null, ({ expiresAt }) => isoOfSeconds(expiresAt)),
    explanation,
  };
};

const presentProblem = ({ problem }: RemediationPlan): PlanView['problem'] => {
  const { alertType, targetIds, metric, threshold, confidence, impactAt, evidence } = problem;
  return {
    ...{ alertType, targets: targetIds, confidence, evidence },
    ...present('metric', metric, same),
    ...present('threshold', threshold, same),
    ...present('impactAt', impactAt, isoOfSeconds),
  };
};

/** Everything of the plan: who approves it approves all of this. */
const presentPlan = (plan: RemediationPlan, { planHash, calls }: Remediation): PlanView => {
  const { action, resource, environment, effect, risk, parameters, change, cost, minutes } = plan;
  const entry = findAction(action.id);
  return {
    hash: planHash ?? '',
    action: { ...action, title: entry?.title ?? action.id, description: entry?.description ?? '' },
    ...{ resource, environment, effect, risk, parameters, change, calls },
    problem: presentProblem(plan),
    ...{ expectedSuccess: plan.expectedSuccess, cost, minutes, reversibility: plan.reversibility },
    ...{ undo: describeUndo(plan), withoutAnswer: describeWithoutAnswer(plan) },
    policyVersion: plan.policyVersion,
    ...{ plannedAt: isoOfSeconds(plan.plannedAt), expiresAt: isoOfSeconds(plan.expiresAt) },
  };
};

const presentActor = ({ kind, name, keyId }: Actor) => ({
  ...{ kind, name },
  ...(keyId === undefined ? {} : { keyId }),
});

const presentGiven = ({ by, at, reason }: Approval) => ({
  ...{ by: presentActor(by), at: isoOfSeconds(at), reason },
});

const presentApproval = (asked: NonNullable<Remediation['approval']>): RemediationView['approval'] => ({
  ...{ askedAt: isoOfSeconds(asked.askedAt), expiresAt: isoOfSeconds(asked.expiresAt) },
  ...{ needed: asked.needed, approvals: asked.approvals.map(presentGiven) },
  ...present('rejection', asked.rejection, presentGiven),
});

const presentUndo = ({ change, reason, beganAt, doneAt }: NonNullable<Execution['undo']>) => ({
  ...{ change: change.summary, reason, beganAt: isoOfSeconds(beganAt) },
  ...present('doneAt', doneAt, isoOfSeconds),
});

const presentExecution = ({ before, beganAt, doneAt, undo }: Execution): RemediationView['execution'] => ({
  before,
  ...present('beganAt', beganAt, isoOfSeconds),
  ...present('doneAt', doneAt, isoOfSeconds),
  ...present('undo', undo, presentUndo),
});

const presentVerification = (
  found: NonNullable<Remediation['verification']>,
): RemediationView['verification'] => ({
  ...{ verdict: found.verdict, points: found.points, evidence: found.evidence, at: isoOfSeconds(found.at) },
  ...present('probabilityAvoided', found.probabilityAvoided, same),
  ...present('newestAt', found.newestAt, isoOfSeconds),
});

/** Everything about a remediation, apart from the token of its workflow. */
export const presentRemediationDetail = (run: Remediation): RemediationView => ({
  ...presentRemediation(run),
  ...present('plan', run.plan, (plan) => presentPlan(plan, run)),
  refusals: run.refusals,
  ...present('approval', run.approval, presentApproval),
  ...present('execution', run.execution, presentExecution),
  ...present('question', askedOf(run), same),
  ...present('undoRequest', run.undoRequest, ({ needed, approvals }) => ({
    needed,
    approvals: approvals.map(presentGiven),
  })),
  ...present('verification', run.verification, presentVerification),
  workflowVersion: run.workflowVersion,
});
