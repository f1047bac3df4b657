import { ConflictError } from '../../shared/errors.ts';
import { HOUR_SECONDS } from '../../shared/time.ts';
import type { Remediation } from '../remediation.ts';
import { awaitsUndo } from './awaits-undo.ts';

/** What people are asked about a remediation, and until when (epoch seconds). */
export interface OpenQuestion {
  readonly planHash: string;
  readonly until: number;
}

/** The question that is open at `now` (epoch seconds). @throws ConflictError if there is none */
export const openQuestionOf = (run: Remediation, now: number): OpenQuestion => {
  const { approval, planHash, remediationId, status } = run;
  if (awaitsUndo(run) && planHash !== null) return { planHash, until: now + HOUR_SECONDS };
  const isOpen = status === 'awaiting-approval' && approval !== null && now < approval.expiresAt;
  if (isOpen) return { planHash: approval.planHash, until: approval.expiresAt };
  throw new ConflictError(`remediation ${remediationId} is ${status}: nothing is asked`);
};
