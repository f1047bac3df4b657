import type { Approval } from '../remediation.ts';
import { CLOCK_SKEW_SECONDS } from './ledger-rules.ts';

export interface ApprovalTerms {
  /** Of the exact plan. */
  readonly planHash: string;
  /** Who asked for it, and so cannot approve it; null if nobody did. */
  readonly requestedBy: string | null;
  /** Epoch seconds: approvals count from `from` (inclusive) to `until` (exclusive). */
  readonly from: number;
  readonly until: number;
  readonly now: number;
}

/** The same person, however the name is written. */
const personOf = (name: string): string => name.normalize('NFKC').trim().toLowerCase();

/** How many people approved: for exactly this plan, in time, each counted once, and not the one who asked for it. */
export const countApprovals = (
  approvals: readonly Approval[],
  { planHash, requestedBy, from, until, now }: ApprovalTerms,
): number => {
  const people = approvals
    .filter(({ by }) => by.kind === 'person')
    .filter((approval) => approval.planHash === planHash)
    .filter(({ at }) => at >= from && at < until && at <= now + CLOCK_SKEW_SECONDS)
    .map(({ by }) => personOf(by.name));
  const distinct = new Set(people);
  if (requestedBy !== null) distinct.delete(personOf(requestedBy));
  return distinct.size;
};
