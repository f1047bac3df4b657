import type { Execution, Remediation } from '../remediation.ts';
import { type ResourceDeps, resourceCall } from './act-on.ts';
import { ended, executed } from './announce.ts';
import { planOf } from './ask.ts';
import { proceed, type StepOutcome } from './outcome.ts';
import { deadlineOf, type Pace, settledAt } from './pace.ts';
import { resume } from './resume.ts';
import { type RunKey, type Snapshot, type Step, type StepDeps, storedRun, takeStep } from './step.ts';

export interface CheckDeps extends StepDeps, ResourceDeps {
  readonly pace: Pace;
}

const verifyNext = ({ pace }: CheckDeps, run: Remediation, doneAt: number): StepOutcome =>
  proceed(run, 'verify', settledAt(pace, planOf(run).plan.minutes, doneAt));

/** The same outcome as in the attempt that stored where the run is. */
const repeated = (deps: CheckDeps, run: Remediation, { state, now }: Snapshot): Step<StepOutcome> => {
  const doneAt = run.execution?.doneAt ?? null;
  if (run.status === 'verifying' && run.verification === null && doneAt !== null)
    return { result: verifyNext(deps, run, doneAt), events: executed(run) };
  return { result: resume(run, state, now), events: ended(run) };
};

const failed = (run: Remediation): Step<StepOutcome> => {
  const explanation = 'the intended state was not reached in time';
  const undoing: Remediation = { ...run, status: 'undoing', explanation };
  return {
    change: { run: undoing, decisions: [{ kind: 'action-failed', outcome: { reason: explanation } }] },
    result: proceed(undoing, 'undo'),
  };
};

const checked = async (
  deps: CheckDeps,
  { now }: Snapshot,
  run: Remediation,
  execution: Execution & { readonly beganAt: number },
): Promise<Step<StepOutcome>> => {
  const { plan } = planOf(run);
  const call = resourceCall(deps, plan);
  const present = await deps.resources.read(call);
  if (call.action.isDone(plan.change, present)) {
    const done: Remediation = { ...run, status: 'verifying', execution: { ...execution, doneAt: now } };
    return {
      change: { run: done, decisions: [{ kind: 'action-done', outcome: { present } }] },
      events: executed(done),
      result: verifyNext(deps, done, now),
    };
  }
  return now < deadlineOf(deps.pace, plan.minutes, execution.beganAt)
    ? { result: proceed(run, 'check', now + deps.pace.checkSeconds) }
    : failed(run);
};

/** Looks whether the resource is in the intended state; an action that does not get there in time has failed. */
export const checkStep = (deps: CheckDeps, key: RunKey): Promise<StepOutcome> =>
  takeStep(deps, key, async (snapshot): Promise<Step<StepOutcome>> => {
    const run = storedRun(key, snapshot);
    const beganAt = run.execution?.beganAt ?? null;
    return run.status === 'acting' && run.execution !== null && beganAt !== null
      ? checked(deps, snapshot, run, { ...run.execution, beganAt })
      : repeated(deps, run, snapshot);
  });
