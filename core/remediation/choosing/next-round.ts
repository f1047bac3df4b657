import type { BreachCause, Cause } from '../cause.ts';
import type { Remediation } from '../remediation.ts';

/** Remediations of one warning at most: a leak that needs a restart every four hours is people's after a week. */
export const MAX_ROUNDS = 48;
/** Remediations of one warning, one after another, that may prove nothing. */
export const MAX_UNPROVEN = 6;

type Ended = Pick<Remediation, 'cause' | 'status' | 'isDryRun' | 'verification'>;

/** Ends after which another remediation may be needed: nothing got worse, nobody said no, and people need not look first. */
const GOES_ON: ReadonlySet<Remediation['status']> = new Set(['succeeded', 'unproven', 'expired']);

/** The verdict is announced before the remediation is closed. */
const goesOn = ({ status, verification }: Ended): boolean =>
  GOES_ON.has(status) ||
  (status === 'verifying' && verification !== null && verification.verdict !== 'worse');

const isProven = ({ status, verification }: Ended): boolean =>
  status === 'succeeded' || (status === 'verifying' && verification?.verdict === 'avoided');

interface Rounds {
  readonly round: number;
  readonly unproven: number;
}

/** Remediations of the warning so far; null if none may follow this end. */
const roundsOf = (ended: Ended): (Rounds & { readonly cause: BreachCause }) | null => {
  const { cause, isDryRun } = ended;
  if (cause.kind !== 'predicted-breach' || isDryRun || !goesOn(ended)) return null;
  const unproven = isProven(ended) ? 0 : (cause.unproven ?? 0) + 1;
  return { cause, round: (cause.round ?? 0) + 1, unproven };
};

const limitOf = ({ round, unproven }: Rounds): string | null => {
  if (unproven >= MAX_UNPROVEN)
    return `${MAX_UNPROVEN} remediations of this warning, one after another, proved nothing`;
  return round >= MAX_ROUNDS
    ? `there were ${MAX_ROUNDS} remediations of this warning, and it still stands`
    : null;
};

/**
 * The cause of another remediation of the same warning, which does nothing unless the warning still stands; null if the
 * first one was the last. A leak needs a restart every few hours, and a surge may grow beyond the first step.
 */
export const nextRound = (ended: Ended): Cause | null => {
  const rounds = roundsOf(ended);
  if (rounds === null || limitOf(rounds) !== null) return null;
  const { unproven: _, ...cause } = rounds.cause;
  return { ...cause, round: rounds.round, ...(rounds.unproven > 0 && { unproven: rounds.unproven }) };
};

/** Why a warning that may still stand is left to people from now on; null if it is not. */
export const leftToPeople = (ended: Ended): string | null => {
  const rounds = roundsOf(ended);
  const limit = rounds === null ? null : limitOf(rounds);
  return limit === null ? null : `${limit}: Forestall does no more about it, so please look at its cause`;
};
