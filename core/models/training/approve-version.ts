import type { Actor } from '../../platform/actor.ts';
import { ProblemError } from '../../platform/api/errors.ts';
import { InvalidInputError } from '../../shared/errors.ts';
import { ModelRefusedError } from '../errors.ts';
import type { LineUp } from '../line-up.ts';
import type { ModelScope, ModelWrite, WaitingTrainings } from '../ports.ts';
import { changeLineUp } from '../registry/change-line-up.ts';
import { approve } from '../registry/line-up-changes.ts';
import type { TrainingRun, TrainingStatus } from '../training-run.ts';
import type { TrainingOutcome } from './training-outcome.ts';
import {
  announceEnd,
  endedRun,
  runWrites,
  storedRun,
  type TrainingDeps,
  type TrainingKey,
  takeTrainingStep,
} from './training-step.ts';

type Answer = 'approved' | 'declined';

export interface ApproveDeps extends TrainingDeps {
  readonly waiting: WaitingTrainings;
}

const APPROVED: ReadonlySet<TrainingStatus> = new Set(['approved', 'registered', 'rolling-out']);

/** The answer to a training that waits no longer. */
const answerOf = ({ status }: TrainingOutcome): Answer => (APPROVED.has(status) ? 'approved' : 'declined');

/**
 * Stores the token of the state that waits for a person. The person may have been faster than the state: then its answer is
 * sent at once.
 */
export const awaitApproval = async (
  deps: ApproveDeps,
  key: TrainingKey,
  taskToken: string,
): Promise<TrainingOutcome> => {
  const outcome = await takeTrainingStep(deps, key, ['awaiting-approval'], async (run) => ({
    ...run,
    approvalToken: taskToken,
  }));
  if (outcome.next !== 'ask') await deps.waiting.answer(taskToken, answerOf(outcome));
  return outcome;
};

/** Nobody answered in time, which means no. The training goes on as it was answered, if it was. */
export const settleApproval = (deps: TrainingDeps, key: TrainingKey, now: number): Promise<TrainingOutcome> =>
  takeTrainingStep(deps, key, ['awaiting-approval'], async (run) => ({
    ...endedRun(run, 'declined', 'nobody answered in time', now),
    approvalToken: null,
  }));

export interface ApprovalAnswer extends ModelScope {
  readonly version: string;
  readonly answer: Answer;
  readonly by: Actor;
  readonly reason: string;
}

const refuseUnlessPerson = ({ kind, name }: Actor): void => {
  if (kind === 'person') return;
  throw new ProblemError('forbidden', `Only people approve models, and "${name}" is no signed-in person.`);
};

interface Answered {
  /** Undefined for a model that was brought in from outside. */
  readonly run?: TrainingRun;
}

const answeredRun = (run: TrainingRun, { answer, by, reason }: ApprovalAnswer, now: number): TrainingRun =>
  answer === 'approved'
    ? { ...run, status: 'approved', explanation: `${by.name} approved it` }
    : endedRun(run, 'declined', `${by.name} declined it: ${reason}`, now);

const runOf = async (deps: ApproveDeps, { tenantId, kind, version }: ApprovalAnswer) => {
  const stored = await deps.store.version({ tenantId, kind }, version);
  if (stored === undefined) throw new InvalidInputError(`${kind} has no version ${version}`);
  const runId = stored.item.lineage.trainingRunId;
  return runId === null ? undefined : storedRun(deps, { tenantId, kind, runId });
};

const lineUpAfter = (lineUp: LineUp, { version, answer, by, reason }: ApprovalAnswer, at: number) =>
  answer === 'approved' ? approve(lineUp, version, { by, at, reason }) : lineUp;

/** The answers that a training had already. */
const isRepeated = ({ status }: TrainingRun, answer: Answer): boolean =>
  answer === 'approved' ? APPROVED.has(status) : status === 'declined';

/**
 * A person approves or declines a version at `now` (epoch seconds). The first answer stands; repeating it has no effect.
 * @throws ModelRefusedError if the version is not waiting for an answer
 */
export const answerApproval = async (
  deps: ApproveDeps,
  given: ApprovalAnswer,
  now: number,
): Promise<void> => {
  refuseUnlessPerson(given.by);
  const { tenantId, kind, version, answer } = given;
  const { run } = await changeLineUp<Answered>(deps.store, { tenantId, kind }, async ({ item, revision }) => {
    const stored = await runOf(deps, given);
    if (stored !== undefined && isRepeated(stored.item, answer)) return { result: { run: stored.item } };
    if (stored !== undefined && stored.item.status !== 'awaiting-approval')
      throw new ModelRefusedError(
        `version ${version} waits for no answer: its training is ${stored.item.status}`,
      );
    const lineUp = { item: lineUpAfter(item, given, now), revision };
    if (stored === undefined) return { write: { lineUp }, result: {} };
    const next = answeredRun(stored.item, given, now);
    const write: Omit<ModelWrite, 'scope'> = {
      lineUp,
      ...(await runWrites(deps, next, stored.revision)),
    };
    return { write, result: { run: next } };
  });
  if (run === undefined) return;
  await announceEnd(deps, run);
  if (run.approvalToken !== null) await deps.waiting.answer(run.approvalToken, answer);
};
