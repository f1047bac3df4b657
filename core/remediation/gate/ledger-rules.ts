/** What the ledger says, and how it changes. Entries ahead of `now` count: the clocks of writers differ. */
import { WEEK_SECONDS } from '../../shared/time.ts';
import type { Ledger, LedgerEntry } from '../ledger.ts';

/** Entries of the last `seconds`, apart from those of the remediation itself. */
export const recent = (
  { entries }: Ledger,
  remediationId: string,
  now: number,
  seconds: number,
): readonly LedgerEntry[] =>
  entries.filter((entry) => entry.remediationId !== remediationId && entry.at > now - seconds);

export const unitsOf = (entries: readonly LedgerEntry[]): number =>
  entries.reduce((sum, { units }) => sum + units, 0);

export const resourcesOf = (entries: readonly LedgerEntry[]): ReadonlySet<string> =>
  new Set(entries.map(({ resource }) => resource));

/** Failures of a resource in a row, the newest first; unproven outcomes are neither. */
export const failuresInARow = ({ entries }: Ledger, resource: string): number => {
  const ended = entries
    .filter((entry) => entry.resource === resource && entry.kind === 'action')
    .filter(({ result }) => result === 'succeeded' || result === 'failed')
    .toSorted((a, b) => b.at - a.at);
  const success = ended.findIndex(({ result }) => result === 'succeeded');
  return success < 0 ? ended.length : success;
};

const isSame = (a: LedgerEntry, b: LedgerEntry): boolean =>
  a.remediationId === b.remediationId && a.kind === b.kind;

/** Reserves an effect; a repeat changes nothing. Entries that are over and older than a week are dropped. */
export const reserve = (ledger: Ledger, entry: LedgerEntry): Ledger => {
  if (ledger.entries.some((each) => isSame(each, entry))) return ledger;
  const kept = ledger.entries.filter(
    ({ at, result }) => result === 'running' || at > entry.at - WEEK_SECONDS,
  );
  return { entries: [...kept, entry].toSorted((a, b) => a.at - b.at) };
};

/** Records how the effects of a remediation ended. */
export const settle = (
  { entries }: Ledger,
  remediationId: string,
  result: Exclude<LedgerEntry['result'], 'running'>,
): Ledger => ({
  entries: entries.map((entry) => (entry.remediationId === remediationId ? { ...entry, result } : entry)),
});
