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

/** How the actions on a resource within the last `seconds` ended, oldest first. */
const endsOf = (
  { ledger, now }: Counted,
  resource: string,
  seconds: number,
  isMeant: (entry: LedgerEntry) => boolean = () => true,
): readonly LedgerEntry['result'][] =>
  ledger.entries
    .filter((entry) => entry.resource === resource && entry.kind === 'action' && isMeant(entry))
    .filter(({ at }) => at > now - seconds - CLOCK_SKEW_SECONDS)
    .toSorted((a, b) => a.at - b.at)
    .map(({ result }) => result);

/** How many of the given results there were since the last success; others count as nothing. */
const inARow = (
  ends: readonly LedgerEntry['result'][],
  ...counted: readonly LedgerEntry['result'][]
): number => ends.slice(ends.lastIndexOf('succeeded') + 1).filter((end) => counted.includes(end)).length;

/** Failures of a resource in a row within a week; other outcomes are neither failures nor successes. */
export const failuresInARow = (counted: Counted, resource: string): number =>
  inARow(endsOf(counted, resource, WEEK_SECONDS), 'failed');

/** How often in a row an action did not help a resource within the last `seconds`: it failed or made no difference. */
export const fruitlessInARow = (
  counted: Counted,
  { resource, action }: Pick<LedgerEntry, 'resource' | 'action'>,
  seconds: number,
): number =>
  inARow(
    endsOf(counted, resource, seconds, (entry) => entry.action === action),
    ...(['failed', 'ineffective'] as const),
  );

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
