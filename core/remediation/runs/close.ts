import type { TargetRegistry } from '../../metrics/ports.ts';
import { InvalidInputError } from '../../shared/errors.ts';
import type { Cause } from '../cause.ts';
import { ENDED, type Remediation, type RemediationStatus } from '../remediation.ts';
import type { Outcome, TrackRecord } from '../track-record.ts';
import { ended } from './announce.ts';
import type { Beginning } from './choose.ts';
import { proceed, type StepOutcome } from './outcome.ts';
import type { EndResult, Rules } from './rules.ts';
import { type Snapshot, type Step, type StepDeps, takeStep } from './step.ts';

export interface CloseDeps extends StepDeps {
  readonly rules: Pick<Rules, 'settle'>;
  readonly registry: Pick<TargetRegistry, 'get'>;
}

/** Why a run could not go on: the name of the error. */
export interface Failure {
  readonly error: string;
}

interface Ending {
  readonly status: RemediationStatus;
  readonly explanation: string;
  /** How the effects that were reserved ended; null if there were none. */
  readonly result: EndResult | null;
}

const takeover = (run: Remediation, why: string): Ending => ({
  ...{ status: 'escalated', result: 'failed' },
  explanation: `a person has to look at ${run.plan?.resource ?? 'the resource'}: ${why}`,
});

const failedText = ({ error }: Failure): string => `the workflow failed with ${error}`;

/** An action that began is never closed as failed without people being called. */
const endingOfAction = (run: Remediation, failure: Failure | undefined): Ending => {
  const isBegun = (run.execution?.beganAt ?? null) !== null;
  const why = failure === undefined ? 'the workflow ended too early' : failedText(failure);
  if (isBegun) return takeover(run, why);
  return {
    ...{ status: 'failed', explanation: `nothing was changed: ${why}` },
    result: run.execution === null ? null : 'unproven',
  };
};

const endingOfVerification = (run: Remediation, failure: Failure | undefined): Ending => {
  const { verification, explanation } = run;
  switch (verification?.verdict) {
    case 'avoided':
      return { status: 'succeeded', explanation, result: 'succeeded' };
    case 'no-effect':
      return { status: 'unproven', explanation, result: 'ineffective' };
    case 'unproven':
      return { status: 'unproven', explanation, result: 'unproven' };
    default:
      return takeover(run, failure ? failedText(failure) : 'the result was not verified');
  }
};

const endingOfUndo = (run: Remediation, failure: Failure | undefined): Ending => {
  const undo = run.execution?.undo ?? null;
  if (undo !== null && undo.doneAt !== null)
    return { status: 'undone', explanation: `undone: ${undo.reason}`, result: 'failed' };
  return takeover(run, failure ? failedText(failure) : run.explanation);
};

const endingOf = (run: Remediation, failure: Failure | undefined): Ending => {
  if (run.status === 'verifying') return endingOfVerification(run, failure);
  if (run.status === 'undoing') return endingOfUndo(run, failure);
  return endingOfAction(run, failure);
};

/** When the cause began, epoch seconds. */
const causeBegan = ({ cause, startedAt }: Remediation): number => {
  if (cause.kind === 'predicted-breach') return Math.min(cause.since, startedAt);
  return cause.kind === 'alert' ? Math.min(cause.receivedAt, startedAt) : startedAt;
};

/** What an action that was carried out teaches; nothing if it never began, or if its outcome is known. */
const lessonOf = async (
  { registry }: CloseDeps,
  { plan, execution, ...run }: Remediation,
  { result }: Ending,
  { now, state }: Snapshot,
): Promise<Outcome | undefined> => {
  const isKnown = state.track.item.outcomes.some((each) => each.remediationId === run.remediationId);
  if (plan === null || result === null || isKnown || (execution?.beganAt ?? null) === null) return undefined;
  const target = await registry.get(run.tenantId, plan.problem.targetIds[0]!);
  return {
    ...{ remediationId: run.remediationId, action: plan.action.id, profile: target?.profile ?? 'generic' },
    ...{ alertType: plan.problem.alertType, environment: plan.environment, at: now },
    result: result === 'ineffective' ? 'failed' : result,
    seconds: Math.max(0, now - causeBegan({ plan, execution, ...run })),
  };
};

/** The effects of a requested undo say nothing about the action. */
const settleAs = ({ undoRequest }: Remediation, { status, result }: Ending): EndResult | null =>
  undoRequest !== null && status === 'undone' ? 'unproven' : result;

const close = async (
  deps: CloseDeps,
  snapshot: Snapshot,
  run: Remediation,
  failure: Failure | undefined,
): Promise<Step<StepOutcome>> => {
  const { now, state, ledger } = snapshot;
  const ending = endingOf(run, failure);
  const { status, explanation } = ending;
  const closed: Remediation = {
    ...run,
    status,
    explanation,
    endedAt: now,
    undoRequest: null,
    evidenceHash: null,
  };
  const lesson = await lessonOf(deps, run, ending, snapshot);
  const result = settleAs(run, ending);
  const kind = status === 'escalated' ? ('escalated' as const) : ('closed' as const);
  const outcome = { status, explanation, ...(failure === undefined ? {} : { error: failure.error }) };
  return {
    change: {
      ...{ run: closed, decisions: [{ kind, outcome }] },
      ...(result === null ? {} : { ledger: deps.rules.settle(ledger.item, run.remediationId, result) }),
      ...(lesson === undefined ? {} : { track: learn(state.track.item, lesson) }),
    },
    events: ended(closed),
    result: proceed(closed, 'end'),
  };
};

/** A run that may have failed before anything was stored; one that is undone is stored. */
export type Closing = Omit<Beginning, 'cause'> & { readonly cause: Cause | null };

/** @throws InvalidInputError for a run without a cause */
const neverChosen = ({ cause, ...beginning }: Closing, failure: Failure, now: number): Step<StepOutcome> => {
  if (cause === null) throw new InvalidInputError(`remediation ${beginning.remediationId} does not exist`);
  const explanation = `nothing was chosen: ${failedText(failure)}`;
  const run: Remediation = {
    ...{ ...beginning, cause, status: 'failed', endedAt: now, environment: null, explanation },
    ...{ plan: null, planHash: null, calls: [], refusals: [], undoRequest: null, evidenceHash: null },
    ...{ approval: null, execution: null, verification: null },
  };
  const outcome = { status: 'failed', explanation, error: failure.error };
  return { change: { run, decisions: [{ kind: 'closed', outcome }] }, result: proceed(run, 'end') };
};

/** True if people had the run undone after it ended: that is an execution of its own, which knows no cause. */
const isUndoneByAnother = ({ cause }: Closing, { status, undoRequest }: Remediation): boolean =>
  cause !== null && status === 'undoing' && undoRequest !== null;

/**
 * Ends a run: settles what it reserved, records what it teaches, and calls people if an action began and its result is
 * not known to be good or undone. With a failure, it ends a run that could not go on.
 */
export const closeStep = (deps: CloseDeps, closing: Closing, failure?: Failure): Promise<StepOutcome> =>
  takeStep(deps, closing, async (snapshot): Promise<Step<StepOutcome>> => {
    const { run, now } = snapshot;
    if (run === undefined) return neverChosen(closing, failure ?? { error: 'an early end' }, now);
    if (ENDED.has(run.item.status)) return { result: proceed(run.item, 'end'), events: ended(run.item) };
    if (isUndoneByAnother(closing, run.item)) {
      const { status } = endingOfVerification(run.item, failure);
      return { result: proceed({ ...run.item, status }, 'end') };
    }
    return close(deps, snapshot, run.item, failure);
  });

const MAX_OUTCOMES = 500;

/** Newest outcomes; unproven ones are dropped first, so that they never push out what proves something. */
export const learn = ({ outcomes }: TrackRecord, lesson: Outcome): TrackRecord => {
  const all = [...outcomes.filter(({ remediationId }) => remediationId !== lesson.remediationId), lesson];
  const excess = all.length - MAX_OUTCOMES;
  if (excess <= 0) return { outcomes: all };
  const unproven = all.filter(({ result }) => result === 'unproven').slice(0, excess);
  const dropped = new Set(unproven.length > 0 ? unproven : all.slice(0, excess));
  return { outcomes: all.filter((each) => !dropped.has(each)) };
};
