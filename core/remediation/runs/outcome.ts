/** What a step tells the workflow. */
import { isoOfSeconds } from '../../shared/time.ts';
import type { Remediation, RemediationStatus } from '../remediation.ts';

/** The steps that the workflow may take next; `end` ends it with `status`. */
export type NextStep =
  | 'choose'
  | 'ask'
  | 'prepare'
  | 'act'
  | 'check'
  | 'verify'
  | 'undo'
  | 'check-undo'
  | 'close'
  | 'end';

/** All fields are always present, because the workflow's expressions refer to them. */
export interface StepOutcome {
  readonly next: NextStep;
  readonly status: RemediationStatus;
  /** When the next step is due, ISO 8601; a time in the past is now. */
  readonly dueAt: string;
  /** Seconds to wait for an answer of people, before `ask`; else 1. */
  readonly answerSeconds: number;
}

/** `dueAt` in epoch seconds. */
export const proceed = (
  { status }: Pick<Remediation, 'status'>,
  next: NextStep,
  dueAt = 0,
  answerSeconds = 1,
): StepOutcome => ({ next, status, dueAt: isoOfSeconds(Math.ceil(dueAt)), answerSeconds });
