import type { Cause } from '../cause.ts';
import type { Remediation } from '../remediation.ts';

/** Remediations of one warning at most. */
export const MAX_ROUNDS = 6;

type Ended = Pick<Remediation, 'cause' | 'status' | 'isDryRun' | 'verification'>;

/** Ends after which another remediation may be needed: nothing got worse, nobody said no, and people need not look first. */
const GOES_ON: ReadonlySet<Remediation['status']> = new Set(['succeeded', 'unproven', 'expired']);

/** The verdict is announced before the remediation is closed. */
const goesOn = ({ status, verification }: Ended): boolean =>
  GOES_ON.has(status) ||
  (status === 'verifying' && verification !== null && verification.verdict !== 'worse');

/**
 * The cause of another remediation of the same warning, which does nothing unless the warning still stands; null if the
 * first one was the last. A leak needs a restart every few hours, and a surge may grow beyond the first step.
 */
export const nextRound = (ended: Ended): Cause | null => {
  const { cause, isDryRun } = ended;
  if (cause.kind !== 'predicted-breach' || isDryRun || !goesOn(ended)) return null;
  const round = (cause.round ?? 0) + 1;
  return round < MAX_ROUNDS ? { ...cause, round } : null;
};
