/** What asks for a training, and when one begins: at most one at a time, and not again before the cooldown is over. */
import type { TrainingBook, TrainingTrigger } from '../training-run.ts';

/** Repeats of older causes are not recognised. */
const MAX_ANSWERED = 300;
/** All that wait lead to the same training; more would not change it. */
const MAX_WAITING = 100;

/** A training that begins. */
export interface Beginning {
  readonly runId: string;
  readonly triggers: readonly TrainingTrigger[];
}

export interface Asked {
  readonly book: TrainingBook;
  /** Undefined if nothing begins now. */
  readonly begins?: Beginning;
}

/** Names a training after everything that asked for it. */
export type NameRun = (causes: readonly string[]) => string;

const isFree = ({ open, lastStartedAt }: TrainingBook, now: number, cooldownSeconds: number): boolean =>
  open === null && (lastStartedAt === null || now >= lastStartedAt + cooldownSeconds);

const begin = (
  book: TrainingBook,
  triggers: readonly TrainingTrigger[],
  name: NameRun,
  now: number,
): Asked => {
  const causes = triggers.map(({ cause }) => cause);
  const runId = name(causes);
  const answered = [...book.answered, ...causes.map((cause) => ({ cause, runId }))].slice(-MAX_ANSWERED);
  return {
    book: { open: { runId, causes, startedAt: now }, lastStartedAt: now, waiting: [], answered },
    begins: { runId, triggers },
  };
};

/** The training to which a cause led; undefined if it led to none yet. */
export const runOfCause = ({ answered }: TrainingBook, cause: string): string | undefined =>
  answered.find((each) => each.cause === cause)?.runId;

/** True if the cause is known: it led to a training, or waits for one. */
export const isKnown = (book: TrainingBook, cause: string): boolean =>
  runOfCause(book, cause) !== undefined || book.waiting.some((trigger) => trigger.cause === cause);

/**
 * Takes a new trigger at `now` (epoch seconds). It begins a training, together with all that wait, or waits. A person does
 * not wait for the cooldown, only for the training under way.
 */
export const ask = (
  book: TrainingBook,
  trigger: TrainingTrigger,
  name: NameRun,
  { now, cooldownSeconds }: { readonly now: number; readonly cooldownSeconds: number },
): Asked => {
  if (isKnown(book, trigger.cause)) return { book };
  const cooldown = trigger.reason === 'manual' ? 0 : cooldownSeconds;
  if (isFree(book, now, cooldown)) return begin(book, [...book.waiting, trigger], name, now);
  return { book: { ...book, waiting: [...book.waiting, trigger].slice(0, MAX_WAITING) } };
};

/** Begins a training for all that wait, if it may begin now. */
export const beginWaiting = (
  book: TrainingBook,
  name: NameRun,
  { now, cooldownSeconds }: { readonly now: number; readonly cooldownSeconds: number },
): Asked => {
  const isDue = book.waiting.some(({ reason }) =>
    isFree(book, now, reason === 'manual' ? 0 : cooldownSeconds),
  );
  return isDue ? begin(book, book.waiting, name, now) : { book };
};

/** The book after the end of a training. */
export const closed = (book: TrainingBook, runId: string): TrainingBook =>
  book.open?.runId === runId ? { ...book, open: null } : book;
