/** How each step of a training writes: it reads the run again, decides, commits once, and then announces an end. */
import { InvalidInputError } from '../../shared/errors.ts';
import type { EventPublisher } from '../../shared/messaging.ts';
import { isoOfSeconds } from '../../shared/time.ts';
import { untilCommitted } from '../../shared/until-committed.ts';
import { MODELS_SOURCE, type ModelEvent } from '../events.ts';
import type { ModelScope, ModelStore, ModelWrite } from '../ports.ts';
import { registeredEvent } from '../registry/registration.ts';
import { TRAINING_ENDED, type TrainingRun, type TrainingStatus } from '../training-run.ts';
import { type TrainingOutcome, trainingOutcome } from './training-outcome.ts';
import { closed } from './triggers.ts';

export interface TrainingDeps {
  readonly store: ModelStore;
  readonly events: EventPublisher;
}

export interface TrainingKey extends ModelScope {
  readonly runId: string;
}

/** The run as it ends. */
export const endedRun = (
  run: TrainingRun,
  status: Extract<
    TrainingStatus,
    'unchanged' | 'rejected' | 'declined' | 'failed' | 'registered' | 'rolling-out'
  >,
  explanation: string,
  now: number,
): TrainingRun => ({ ...run, status, explanation, endedAt: now });

const completedEvent = ({
  tenantId,
  kind,
  runId,
  status,
  explanation,
  endedAt,
}: TrainingRun): ModelEvent => ({
  ...{ name: 'TrainingCompleted', source: MODELS_SOURCE },
  detail: {
    id: ['TrainingCompleted', tenantId, kind, runId].join('/'),
    ...{ tenantId, kind, runId, status, explanation, occurredAt: isoOfSeconds(endedAt ?? 0) },
  },
});

/** @throws InvalidInputError if the run does not exist */
export const storedRun = async ({ store }: Pick<TrainingDeps, 'store'>, { runId, ...scope }: TrainingKey) => {
  const stored = await store.run(scope, runId);
  if (stored === undefined) throw new InvalidInputError(`training ${runId} does not exist`);
  return stored;
};

/** The writes of a run, and of the book if the run ends. */
export const runWrites = async (
  { store }: Pick<TrainingDeps, 'store'>,
  run: TrainingRun,
  revision: number,
): Promise<Pick<ModelWrite, 'run' | 'book'>> => {
  const write = { run: { item: run, revision } };
  if (!TRAINING_ENDED.has(run.status)) return write;
  const book = await store.book(run);
  return { ...write, book: { item: closed(book.item, run.runId), revision: book.revision } };
};

/**
 * Announces the end of a run, and its version, in case the step that registered it died before it could. A repeated
 * announcement is the same event.
 */
export const announceEnd = async ({ store, events }: TrainingDeps, run: TrainingRun): Promise<void> => {
  if (!TRAINING_ENDED.has(run.status)) return;
  const model = run.version === null ? undefined : await store.version(run, run.version);
  await events.publish([...(model === undefined ? [] : [registeredEvent(model.item)]), completedEvent(run)]);
};

/**
 * Takes one step of a training that is at one of `statuses`. At any other, an earlier attempt has done the work.
 * @throws InvalidInputError if the run does not exist
 */
export const takeTrainingStep = async (
  deps: TrainingDeps,
  key: TrainingKey,
  statuses: readonly TrainingStatus[],
  decide: (run: TrainingRun) => Promise<TrainingRun>,
): Promise<TrainingOutcome> => {
  const done = await untilCommitted(`training ${key.runId}`, async () => {
    const { item: run, revision } = await storedRun(deps, key);
    if (!statuses.includes(run.status)) return run;
    const next = await decide(run);
    const isDone = await deps.store.commit({ scope: key, ...(await runWrites(deps, next, revision)) });
    return isDone ? next : undefined;
  });
  await announceEnd(deps, done);
  return trainingOutcome(done);
};
