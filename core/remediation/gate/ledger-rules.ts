/** What the ledger says, and how it changes. */
import { DAY_SECONDS, WEEK_SECONDS } from '../../shared/time.ts';
import type { Ledger, LedgerEntry } from '../ledger.ts';

/**
 * The clocks of two functions differ by less than this. Windows are longer by it, so that an entry with a late clock is
 * not forgotten too early; entries ahead of `now` count, however far.
 */
export const CLOCK_SKEW_SECONDS = 60;

/** Entries are kept for a day more than any rule needs them. */
const KEPT_SECONDS = WEEK_SECONDS + DAY_SECONDS;

interface Counted {
  readonly ledger: Ledger;
  /** Epoch seconds. */
  readonly now: number;
}

/** Entries of other remediations within the last `seconds`. */
export const recentOthers = (
  { ledger, now }: Counted,
  remediationId: string,
  seconds: number,
): readonly LedgerEntry[] =>
  ledger.entries.filter(
    (entry) => entry.remediationId !== remediationId && entry.at > now - seconds - CLOCK_SKEW_SECONDS,
  );

/** Entries of other remediations that have not ended, however old. */
export const runningOthers = (
  { ledger }: Pick<Counted, 'ledger'>,
  remediationId: string,
): readonly LedgerEntry[] =>
  ledger.entries.filter((entry) => entry.remediationId !== remediationId && entry.result === 'running');

export const unitsOf = (entries: readonly LedgerEntry[]): number =>
  entries.reduce((sum, { units }) => sum + units, 0);

export const resourcesOf = (entries: readonly LedgerEntry[]): ReadonlySet<string> =>
  new Set(entries.map(({ resource }) => resource));

/** Failures of a resource in a row within a week; unproven outcomes are neither failures nor successes. */
export const failuresInARow = ({ ledger, now }: Counted, resource: string): number => {
  const results = ledger.entries
    .filter((entry) => entry.resource === resource && entry.kind === 'action')
    .filter(({ at }) => at > now - WEEK_SECONDS - CLOCK_SKEW_SECONDS)
    .toSorted((a, b) => a.at - b.at)
    .map(({ result }) => result)
    .filter((result) => result === 'succeeded' || result === 'failed');
  return results.length - 1 - results.lastIndexOf('succeeded');
};

const isSame = (a: LedgerEntry, b: LedgerEntry): boolean =>
  a.remediationId === b.remediationId && a.kind === b.kind;

/** Reserves an effect; a repeat changes nothing. Old entries that have ended are dropped. */
export const reserve = (ledger: Ledger, entry: LedgerEntry): Ledger => {
  if (ledger.entries.some((each) => isSame(each, entry))) return ledger;
  const kept = ledger.entries.filter(
    ({ at, result }) => result === 'running' || at > entry.at - KEPT_SECONDS,
  );
  return { entries: [...kept, entry].toSorted((a, b) => a.at - b.at) };
};

/** Records how the running effects of a remediation ended; what has ended stays as it is. */
export const settle = (
  { entries }: Ledger,
  remediationId: string,
  result: Exclude<LedgerEntry['result'], 'running'>,
): Ledger => ({
  entries: entries.map((entry) =>
    entry.remediationId === remediationId && entry.result === 'running' ? { ...entry, result } : entry,
  ),
});
