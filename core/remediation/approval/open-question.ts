import { ConflictError } from '../../shared/errors.ts';
import { HOUR_SECONDS } from '../../shared/time.ts';
import { awaitsUndo } from '../awaits-undo.ts';
import type { Question, Remediation } from '../remediation.ts';

/** What people are asked about a remediation. Times are epoch seconds. */
export interface OpenQuestion {
  readonly question: Question;
  readonly planHash: string;
  /** Tells apart two questions of one kind: the undoing can be asked about again. */
  readonly askedAt: number;
  readonly until: number;
}

/** The kind of question that is asked, or would be. */
export const askedKind = (run: Remediation): Question => (awaitsUndo(run) ? 'undo' : 'plan');

/** @throws ConflictError because nothing is asked now */
export const refuseUnasked = ({ remediationId, status, approval }: Remediation): never => {
  const isSoon = status === 'awaiting-approval' && approval === null;
  throw new ConflictError(
    isSoon
      ? `remediation ${remediationId} is about to ask: try again in some seconds`
      : `remediation ${remediationId} is ${status}: nothing is asked`,
  );
};

/** The question that is open at `now` (epoch seconds). @throws ConflictError if there is none */
export const openQuestionOf = (run: Remediation, now: number): OpenQuestion => {
  const { approval, planHash, status, undoRequest } = run;
  const question = askedKind(run);
  if (question === 'undo' && planHash !== null)
    return { question, planHash, askedAt: undoRequest?.askedAt ?? 0, until: now + HOUR_SECONDS };
  const isOpen = status === 'awaiting-approval' && approval !== null && now < approval.expiresAt;
  if (!isOpen) return refuseUnasked(run);
  return { question, planHash: approval.planHash, askedAt: approval.askedAt, until: approval.expiresAt };
};

const SHOWN: Readonly<Record<Question, string>> = {
  plan: 'its plan',
  undo: 'whether to undo what it did',
};

/** @throws ConflictError if the answer is to another question than the one that is asked */
export const refuseOtherQuestion = (
  run: Remediation,
  { question, askedAt }: { readonly question: Question; readonly askedAt?: number },
): void => {
  const { remediationId, undoRequest, approval } = run;
  const asked = askedKind(run);
  if (asked !== question) {
    const is = asked === 'undo' ? `the question is ${SHOWN.undo}` : 'nobody asks to undo it';
    throw new ConflictError(
      `remediation ${remediationId}: ${is}, and the answer is about ${SHOWN[question]} (question "${question}"): show it again, and answer what is asked`,
    );
  }
  const since = asked === 'undo' ? undoRequest?.askedAt : approval?.askedAt;
  if (askedAt === undefined || askedAt === (since ?? 0)) return;
  throw new ConflictError(`remediation ${remediationId}: the question was closed and asked again since`);
};
