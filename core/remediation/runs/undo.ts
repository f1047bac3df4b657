import { type UndoInputs, type UndoVerdict, undoInputsOf } from '../gate/undo-inputs.ts';
import type { LedgerEntry } from '../ledger.ts';
import type { PlannedChange, RemediationPlan } from '../plan.ts';
import { ENDED, type Execution, type Remediation } from '../remediation.ts';
import { type Begun, carryOut } from './act.ts';
import { type ResourceDeps, readManaged, resourceCall } from './act-on.ts';
import { blocked, ended } from './announce.ts';
import { planOf } from './ask.ts';
import { asJson, gateWorld, type JudgeDeps } from './judge-run.ts';
import { proceed, type StepOutcome } from './outcome.ts';
import { deadlineOf, type Pace } from './pace.ts';
import { explainRefusals } from './refuse.ts';
import { resume } from './resume.ts';
import type { Rules } from './rules.ts';
import {
  type RunKey,
  type Snapshot,
  type Step,
  type StepDecision,
  type StepDeps,
  storedRun,
  takeStep,
} from './step.ts';
import { interventionOf, type TellForecastsDeps } from './tell-forecasts.ts';

export interface UndoDeps extends StepDeps, ResourceDeps, TellForecastsDeps, Pick<JudgeDeps, 'ceiling'> {
  readonly rules: Pick<Rules, 'findAction' | 'judgeUndo' | 'reserve'>;
  readonly pace: Pace;
}

type Begin = { readonly begun?: Begun; readonly outcome: StepOutcome };

/** Enough people asked to undo a remediation that had ended. */
const isRequested = ({ status, undoRequest }: Remediation): boolean =>
  ENDED.has(status) && undoRequest !== null && undoRequest.approvals.length >= undoRequest.needed;

const reasonOf = ({ undoRequest, explanation }: Remediation): string =>
  undoRequest?.approvals.at(-1)?.reason ?? explanation;

const entryOf = (plan: RemediationPlan, change: PlannedChange, at: number): LedgerEntry => ({
  ...{ remediationId: plan.remediationId, action: plan.action.id, resource: plan.resource },
  ...{ kind: 'undo', units: change.touches, at, result: 'running' },
});

const undoToCarryOut = (
  deps: UndoDeps,
  snapshot: Snapshot,
  plan: RemediationPlan,
  { change, beganAt }: { readonly change: PlannedChange; readonly beganAt: number },
): Begun => {
  const call = resourceCall(deps, plan, 'undo');
  return { call, change, intervention: interventionOf(snapshot, plan, call, beganAt) };
};

interface JudgedUndo {
  readonly verdict: UndoVerdict;
  readonly inputs: UndoInputs;
}

/** With a verdict of the gate, the decision can be computed again. */
const recorded = (
  kind: 'undo-begun' | 'undo-failed',
  outcome: object,
  judged: JudgedUndo | undefined,
): StepDecision => ({
  ...{ kind, outcome: asJson({ ...outcome, verdict: judged?.verdict }) },
  ...(judged === undefined ? {} : { inputs: asJson(judged.inputs) }),
});

/** A requested undo that is refused leaves the remediation as it was; any other needs people. */
const refuse = (
  run: Remediation,
  refusals: UndoVerdict['refusals'],
  now: number,
  judged?: JudgedUndo,
): Step<Begin> => {
  const explanation = `not undone: ${explainRefusals(refusals)}`;
  const decision = recorded('undo-failed', { refusals }, judged);
  if (!isRequested(run)) {
    const left = { ...run, explanation, refusals: [...refusals] };
    return { change: { run: left, decisions: [decision] }, result: { outcome: proceed(left, 'close') } };
  }
  const left = { ...run, undoRequest: null, explanation, refusals: [...refusals] };
  return {
    change: { run: left, decisions: [decision] },
    events: blocked({ ...left, endedAt: now }),
    result: { outcome: proceed(left, 'end') },
  };
};

const beginUndo = (
  deps: UndoDeps,
  snapshot: Snapshot,
  run: Remediation & { readonly execution: Execution },
  change: PlannedChange,
  judged: JudgedUndo,
): Step<Begin> => {
  const { now, ledger } = snapshot;
  const { plan } = planOf(run);
  const undo = { change, reason: reasonOf(run), beganAt: now, doneAt: null };
  const undoing: Remediation = {
    ...{ ...run, status: 'undoing', endedAt: null, execution: { ...run.execution, undo } },
  };
  const decision = recorded('undo-begun', undo, judged);
  return {
    change: {
      ...{ run: undoing, decisions: [decision] },
      ledger: deps.rules.reserve(ledger.item, entryOf(plan, change, now)),
    },
    result: {
      begun: undoToCarryOut(deps, snapshot, plan, undo),
      outcome: proceed(undoing, 'check-undo', now + deps.pace.checkSeconds),
    },
  };
};

const begin = async (deps: UndoDeps, snapshot: Snapshot, run: Remediation): Promise<Step<Begin>> => {
  const { plan } = planOf(run);
  const { now } = snapshot;
  const { execution } = run;
  const read = await readManaged(deps, resourceCall(deps, plan, 'undo'));
  if ('refusal' in read) return refuse(run, [read.refusal], now);
  const approvals = run.undoRequest?.approvals ?? [];
  const world = { ...gateWorld(deps, snapshot, run, read.present), approvals };
  const inputs = undoInputsOf(run, world);
  const verdict = deps.rules.judgeUndo(inputs.remediation, world);
  const judged = { verdict, inputs };
  const { allowed, change, refusals } = verdict;
  if (!allowed || change === null || execution === null) return refuse(run, refusals, now, judged);
  return beginUndo(deps, snapshot, { ...run, execution }, change, judged);
};

/**
 * Takes an action back: because it failed or made things worse, or because people asked for it. Like an action, it is
 * judged, reserved and recorded before anything is changed.
 */
export const undoStep = async (deps: UndoDeps, key: RunKey): Promise<StepOutcome> => {
  const { begun, outcome } = await takeStep(deps, key, async (snapshot): Promise<Step<Begin>> => {
    const run = storedRun(key, snapshot);
    const { state, now } = snapshot;
    const undo = run.execution?.undo ?? null;
    const isStarted = run.status === 'undoing' && undo !== null;
    if (isStarted && undo.doneAt === null) {
      const next = proceed(run, 'check-undo', now + deps.pace.checkSeconds);
      const isStopped = state.killSwitch.item?.isOn === true;
      if (isStopped) return { result: { outcome: next } };
      return { result: { begun: undoToCarryOut(deps, snapshot, planOf(run).plan, undo), outcome: next } };
    }
    if (run.status === 'undoing' ? !isStarted : isRequested(run)) return begin(deps, snapshot, run);
    return { result: { outcome: resume(run, state, now) }, events: ended(run) };
  });
  if (begun !== undefined) await carryOut(deps, begun);
  return outcome;
};

/** Looks whether the earlier state is restored. Closing hands a run to people if it is not. */
export const checkUndoStep = (deps: UndoDeps, key: RunKey): Promise<StepOutcome> =>
  takeStep(deps, key, async ({ now, state, run: stored }): Promise<Step<StepOutcome>> => {
    const run = storedRun(key, { run: stored });
    const undo = run.execution?.undo ?? null;
    if (run.status !== 'undoing' || run.execution === null || undo === null || undo.doneAt !== null)
      return { result: run.status === 'undoing' ? proceed(run, 'close') : resume(run, state, now) };
    const { plan } = planOf(run);
    const call = resourceCall(deps, plan, 'undo');
    const present = await deps.resources.read(call);
    if (call.action.isDone(undo.change, present)) {
      const done = { ...run, execution: { ...run.execution, undo: { ...undo, doneAt: now } } };
      return {
        change: { run: done, decisions: [{ kind: 'undo-done', outcome: { present } }] },
        result: proceed(done, 'close'),
      };
    }
    if (now < deadlineOf(deps.pace, plan.minutes, undo.beganAt))
      return { result: proceed(run, 'check-undo', now + deps.pace.checkSeconds) };
    const reason = 'the earlier state was not reached in time';
    const late = { ...run, explanation: `not undone: ${reason}` };
    return {
      change: { run: late, decisions: [{ kind: 'undo-failed', outcome: { reason } }] },
      result: proceed(late, 'close'),
    };
  });
