import type { EventPublisher, WorkflowStarter } from '../../shared/messaging.ts';
import { untilCommitted } from '../../shared/until-committed.ts';
import { EMPTY_LINE_UP } from '../line-up.ts';
import type { ModelScope, ModelStore } from '../ports.ts';
import type { TrainingBook, TrainingRun, TrainingTrigger } from '../training-run.ts';
import { executionNameOf, trainingIdOf } from './run-id.ts';
import { announceEnd, endedRun, runWrites } from './training-step.ts';
import { type Asked, ask, type Beginning, beginWaiting, isKnown, runOfCause } from './triggers.ts';

export interface RequestDeps {
  readonly store: ModelStore;
  readonly workflow: WorkflowStarter;
  readonly events: EventPublisher;
}

export interface RequestPolicy {
  /** Between the beginnings of two trainings. */
  readonly cooldownSeconds: number;
  /** A training that takes longer has stopped without an end. */
  readonly maxRunSeconds: number;
  /** Of the training code and its pinned packages. */
  readonly codeHash: string;
}

/** `waiting`: it leads to a training later; `known`: the cause was taken before. */
export interface Requested {
  readonly answer: 'started' | 'waiting' | 'known';
  readonly runId: string | null;
}

const newRun = (
  { tenantId, kind }: ModelScope,
  { runId, triggers }: Beginning,
  { codeHash }: RequestPolicy,
  now: number,
): TrainingRun => ({
  ...{ tenantId, kind, runId, triggers: [...triggers], status: 'snapshot', startedAt: now, endedAt: null },
  ...{ codeHash, seed: 0, champion: EMPTY_LINE_UP.champion, snapshot: null, origins: [], trials: [] },
  ...{ chosen: null, artefact: null, validation: null, version: null, approvalToken: null, rolloutId: null },
  explanation: `asked for by ${triggers.map(({ reason }) => reason).join(', ')}`,
});

/** Ends a training that stopped without an end, so that another can begin. */
const endStopped = async (
  deps: RequestDeps,
  scope: ModelScope,
  { maxRunSeconds }: RequestPolicy,
  now: number,
): Promise<void> => {
  const { open } = (await deps.store.book(scope)).item;
  if (open === null || now < open.startedAt + maxRunSeconds) return;
  const stored = await deps.store.run(scope, open.runId);
  if (stored === undefined) return;
  const text = `it took longer than ${maxRunSeconds} s`;
  const failed = endedRun(stored.item, 'failed', text, now);
  const isDone = await deps.store.commit({ scope, ...(await runWrites(deps, failed, stored.revision)) });
  if (isDone) await announceEnd(deps, failed);
};

/** Writes what `decide` makes of the book, with the run that begins. */
const changeBook = (
  { store }: RequestDeps,
  scope: ModelScope,
  policy: RequestPolicy,
  now: number,
  decide: (book: TrainingBook) => Asked,
): Promise<TrainingBook> =>
  untilCommitted(`the trainings of ${scope.kind}`, async () => {
    const { item, revision } = await store.book(scope);
    const { book, begins } = decide(item);
    if (book === item) return item;
    const run = begins && { item: newRun(scope, begins, policy, now), revision: 0 };
    const write = { scope, book: { item: book, revision }, ...(run === undefined ? {} : { run }) };
    return (await store.commit(write)) ? book : undefined;
  });

/** The execution of the open training; its name makes a repeat start nothing. */
const startOpen = async (
  { workflow }: RequestDeps,
  scope: ModelScope,
  { open }: TrainingBook,
): Promise<void> => {
  if (open === null) return;
  await workflow.start(executionNameOf(scope, open.runId), { ...scope, runId: open.runId });
};

/**
 * Takes a trigger at `now` (epoch seconds): each cause leads to exactly one training, and several may share one. An
 * earlier attempt may have ended before it started the workflow, so a repeat starts it again, which does nothing if it
 * runs.
 */
export const requestTraining = async (
  deps: RequestDeps,
  scope: ModelScope,
  trigger: TrainingTrigger,
  policy: RequestPolicy,
  now: number,
): Promise<Requested> => {
  await endStopped(deps, scope, policy, now);
  let wasKnown = false;
  const { cooldownSeconds } = policy;
  const name = (causes: readonly string[]) => trainingIdOf(scope, causes, now);
  const book = await changeBook(deps, scope, policy, now, (before) => {
    wasKnown = isKnown(before, trigger.cause);
    return ask(before, trigger, name, { now, cooldownSeconds });
  });
  await startOpen(deps, scope, book);
  const runId = runOfCause(book, trigger.cause) ?? null;
  if (wasKnown) return { answer: 'known', runId };
  return { answer: runId === null ? 'waiting' : 'started', runId };
};

/** Begins a training for everything that waits, if the cooldown is over; to be called on a schedule. */
export const startWaiting = async (
  deps: RequestDeps,
  scope: ModelScope,
  policy: RequestPolicy,
  now: number,
): Promise<string | null> => {
  await endStopped(deps, scope, policy, now);
  const { cooldownSeconds } = policy;
  const name = (causes: readonly string[]) => trainingIdOf(scope, causes, now);
  const book = await changeBook(deps, scope, policy, now, (before) =>
    beginWaiting(before, name, { now, cooldownSeconds }),
  );
  await startOpen(deps, scope, book);
  return book.open?.runId ?? null;
};
