import type { Intervention } from '../../forecasts/ports.ts';
import type { Json } from '../../shared/canonical-json.ts';
import type { Change } from '../action.ts';
import { RemediationBlockedError } from '../errors.ts';
import type { LedgerEntry } from '../ledger.ts';
import type { RemediationPlan } from '../plan.ts';
import type { ResourceCall } from '../ports.ts';
import type { Refusal, Remediation } from '../remediation.ts';
import { CHANGED_RESOURCE, isAsPlanned, type ResourceDeps, readManaged, resourceCall } from './act-on.ts';
import { ended } from './announce.ts';
import { planOf } from './ask.ts';
import { asJson, type JudgeDeps, type Judged, judgeRun } from './judge-run.ts';
import { proceed, type StepOutcome } from './outcome.ts';
import type { Pace } from './pace.ts';
import { refusedBy, refusedRun } from './refuse.ts';
import { resume } from './resume.ts';
import type { Rules } from './rules.ts';
import { type RunKey, type Snapshot, type Step, type StepDeps, storedRun, takeStep } from './step.ts';
import { interventionOf, type TellForecastsDeps, tellForecasts } from './tell-forecasts.ts';

export interface ActDeps extends StepDeps, JudgeDeps, ResourceDeps, TellForecastsDeps {
  readonly rules: Pick<Rules, 'judge' | 'findAction' | 'settle'>;
  readonly pace: Pace;
}

/** What may be changed now: everything that has to be stored before is stored. */
export interface Begun {
  readonly call: ResourceCall;
  readonly change: Change<Json>;
  readonly intervention: Intervention;
}

type Begin = { readonly begun: Begun; readonly outcome: StepOutcome } | { readonly outcome: StepOutcome };

const isReserved = ({ ledger }: Snapshot, id: string, kind: LedgerEntry['kind']): boolean =>
  ledger.item.entries.some(
    (entry) => entry.remediationId === id && entry.kind === kind && entry.result === 'running',
  );

/** A call that may have been made already is not made again once people stopped everything, or the plan is too old. */
const isStopped = ({ state, now }: Snapshot, { expiresAt }: RemediationPlan): boolean =>
  state.killSwitch.item?.isOn === true || now >= expiresAt;

const refuse = (
  deps: ActDeps,
  snapshot: Snapshot,
  run: Remediation,
  refusals: readonly Refusal[],
  judged?: Judged,
): Step<Begin> => {
  const over = { ...refusedRun(run, refusals, snapshot.now), execution: null };
  const decision = refusedBy(refusals, judged);
  return {
    change: {
      ...{ run: over, decisions: [decision] },
      ledger: deps.rules.settle(snapshot.ledger.item, run.remediationId, 'unproven'),
    },
    events: ended(over),
    result: { outcome: proceed(over, 'end') },
  };
};

/**
 * Records that the action begins; from then on, it may have happened. The gate is asked once more: since the preparation,
 * people may have stopped everything or changed the policy.
 */
const begin = async (deps: ActDeps, snapshot: Snapshot, run: Remediation): Promise<Step<Begin>> => {
  const { plan } = planOf(run);
  const { now } = snapshot;
  const { execution, remediationId } = run;
  if (execution === null || !isReserved(snapshot, remediationId, 'action'))
    throw new RemediationBlockedError(`remediation ${remediationId} was not prepared`);
  const call = resourceCall(deps, plan);
  const begunAt = (at: number): Begun => ({
    ...{ call, change: plan.change },
    intervention: interventionOf(snapshot, plan, call, at),
  });
  if (execution.beganAt !== null) {
    const outcome = checkNext(deps, run, now);
    return {
      result: isStopped(snapshot, plan) ? { outcome } : { begun: begunAt(execution.beganAt), outcome },
    };
  }
  const read = await readManaged(deps, call);
  if ('refusal' in read) return refuse(deps, snapshot, run, [read.refusal]);
  const isUnchanged = isAsPlanned(call.action, plan.change, read.present);
  const judged = await judgeRun(deps, snapshot, run, plan, read.present);
  const refusals = [...(isUnchanged ? [] : [CHANGED_RESOURCE]), ...judged.verdict.refusals];
  if (judged.verdict.mode !== 'act' || refusals.length > 0)
    return refuse(deps, snapshot, run, refusals, judged);
  const acting = { ...run, execution: { ...execution, beganAt: now } };
  const decision = {
    kind: 'action-begun' as const,
    outcome: asJson({ change: plan.change, calls: run.calls }),
  };
  return {
    change: { run: acting, decisions: [decision] },
    result: { begun: begunAt(now), outcome: checkNext(deps, acting, now) },
  };
};

const checkNext = ({ pace }: ActDeps, run: Remediation, now: number): StepOutcome =>
  proceed(run, 'check', now + pace.checkSeconds);

/**
 * Makes the calls of a change whose beginning is stored. An earlier attempt may have made them: they are made only while
 * the resource is as it was before the change.
 */
export const carryOut = async (
  deps: Pick<ResourceDeps, 'resources'> & TellForecastsDeps,
  { call, change, intervention }: Begun,
): Promise<void> => {
  const present = await deps.resources.read(call);
  if (isAsPlanned(call.action, change, present)) await deps.resources.change(call, change);
  await tellForecasts(deps, intervention);
};

/** Carries out the plan. The decision is stored before the first call that changes something. */
export const actStep = async (deps: ActDeps, key: RunKey): Promise<StepOutcome> => {
  const step = await takeStep(deps, key, async (snapshot): Promise<Step<Begin>> => {
    const run = storedRun(key, snapshot);
    if (run.status === 'acting') return begin(deps, snapshot, run);
    return { result: { outcome: resume(run, snapshot.state, snapshot.now) }, events: ended(run) };
  });
  if ('begun' in step) await carryOut(deps, step.begun);
  return step.outcome;
};
