import type { Json } from '../../shared/canonical-json.ts';
import { chosenAgainAt } from '../choosing/judge-again.ts';
import type { LedgerEntry } from '../ledger.ts';
import type { RemediationPlan } from '../plan.ts';
import type { Refusal, Remediation } from '../remediation.ts';
import { CHANGED_RESOURCE, isAsPlanned, type ResourceDeps, readManaged, resourceCall } from './act-on.ts';
import { ended } from './announce.ts';
import { planOf } from './ask.ts';
import { asJson, type JudgeDeps, type Judged, judgeRun } from './judge-run.ts';
import { proceed, type StepOutcome } from './outcome.ts';
import { explainRefusals, refusedBy, refusedRun, waitingRun } from './refuse.ts';
import { resume } from './resume.ts';
import type { Rules } from './rules.ts';
import { type RunKey, type Snapshot, type Step, type StepDeps, storedRun, takeStep } from './step.ts';

export interface PrepareDeps extends StepDeps, JudgeDeps, ResourceDeps {
  readonly rules: Pick<Rules, 'judge' | 'reserve' | 'findAction'>;
}

const REHEARSAL: Refusal = {
  rule: 'rehearsal',
  reason: 'it is only a rehearsal',
  remedy: 'request it without dry run',
};

/** A run that was refused at the last moment, with what the gate was asked. If that may pass, another plan is made later. */
const refuse = (
  run: Remediation,
  refusals: readonly Refusal[],
  now: number,
  judged?: Judged,
): Step<StepOutcome> => {
  const decision = refusedBy(refusals, judged);
  const again = chosenAgainAt(run.cause, refusals, { startedAt: run.startedAt, now });
  if (again !== null) {
    const explanation = `Refused at the moment of acting: ${explainRefusals(refusals)}. That may change`;
    const waiting = { ...waitingRun(run, explanation), refusals: [...refusals] };
    return {
      change: { run: waiting, decisions: [decision] },
      result: proceed(waiting, 'choose', again),
    };
  }
  const over = refusedRun(run, refusals, now);
  return {
    change: { run: over, decisions: [decision] },
    events: ended(over),
    result: proceed(over, 'end'),
  };
};

const entryOf = (plan: RemediationPlan, at: number): LedgerEntry => ({
  ...{ remediationId: plan.remediationId, action: plan.action.id, resource: plan.resource },
  ...{ kind: 'action', units: plan.change.touches, at, result: 'running' },
});

const judgedAtLast = async (
  deps: PrepareDeps,
  snapshot: Snapshot,
  run: Remediation,
  plan: RemediationPlan,
  present: Json,
): Promise<Step<StepOutcome>> => {
  const { now, ledger } = snapshot;
  const judged = await judgeRun(deps, snapshot, run, plan, present);
  const { verdict, inputs } = judged;
  const isUnchanged = isAsPlanned(resourceCall(deps, plan).action, plan.change, present);
  const refusals = [
    ...(run.isDryRun ? [REHEARSAL] : []),
    ...(isUnchanged ? [] : [CHANGED_RESOURCE]),
    ...verdict.refusals,
  ];
  if (verdict.mode !== 'act' || refusals.length > 0) return refuse(run, refusals, now, judged);
  const execution = { before: present, beganAt: null, doneAt: null, undo: null };
  const acting: Remediation = { ...run, status: 'acting', execution, explanation: plan.change.summary };
  const decision = { kind: 'action-allowed' as const, outcome: asJson({ verdict, before: present }), inputs };
  return {
    change: {
      ...{ run: acting, decisions: [decision] },
      ledger: deps.rules.reserve(ledger.item, entryOf(plan, now)),
    },
    result: proceed(acting, 'act'),
  };
};

/**
 * Asks the gate again, with the state of the resource read just now, and reserves the effect: one transaction stores the
 * decision, the reservation and the earlier state. Nothing is changed yet.
 */
export const prepareStep = (deps: PrepareDeps, key: RunKey): Promise<StepOutcome> =>
  takeStep(deps, key, async (snapshot): Promise<Step<StepOutcome>> => {
    const run = storedRun(key, snapshot);
    const { now, state } = snapshot;
    if (run.status !== 'choosing' && run.status !== 'awaiting-approval')
      return { result: resume(run, state, now), events: ended(run) };
    const { plan } = planOf(run);
    const read = await readManaged(deps, resourceCall(deps, plan));
    if ('refusal' in read) return refuse(run, [read.refusal], now);
    return judgedAtLast(deps, snapshot, run, plan, read.present);
  });
