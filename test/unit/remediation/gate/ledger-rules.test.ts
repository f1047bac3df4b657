import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reserve, settle } from '../../../../core/remediation/gate/ledger-rules.ts';
import type { Ledger, LedgerEntry } from '../../../../core/remediation/ledger.ts';
import { DAY_SECONDS } from '../../../../core/shared/time.ts';
import { anEntry, NOW } from './allowed-world.ts';

const ledger = (...entries: LedgerEntry[]): Ledger => ({ entries });

const entries = fc.record({
  remediationId: fc.constantFrom('r-1', 'r-2', 'r-3', 'r-4'),
  kind: fc.constantFrom('action' as const, 'undo' as const),
  at: fc.integer({ min: NOW - 20 * DAY_SECONDS, max: NOW + DAY_SECONDS }),
  result: fc.constantFrom('running' as const, 'succeeded' as const, 'failed' as const),
  units: fc.integer({ min: 1, max: 3 }),
});

describe('reserve', () => {
  it('adds the entry in the order of time', () => {
    const later = anEntry({ remediationId: 'r-9', at: NOW + 5 });
    expect(reserve(ledger(later), anEntry()).entries).toEqual([anEntry(), later]);
  });

  it('does nothing if the remediation has reserved this kind already, whatever is different', () => {
    const before = ledger(anEntry());
    expect(reserve(before, anEntry({ units: 7, at: NOW, result: 'running' }))).toBe(before);
    const besideOthers = ledger(anEntry({ remediationId: 'r-8' }), anEntry());
    expect(reserve(besideOthers, anEntry())).toBe(besideOthers);
    expect(reserve(before, anEntry({ kind: 'undo' })).entries).toHaveLength(2);
    expect(reserve(before, anEntry({ remediationId: 'r-9' })).entries).toHaveLength(2);
  });

  it('drops what ended more than eight days ago, and never what is running', () => {
    const old = anEntry({ remediationId: 'r-8', at: NOW - 8 * DAY_SECONDS });
    const kept = (entry: LedgerEntry) => reserve(ledger(entry), anEntry({ at: NOW })).entries.includes(entry);
    expect(kept(old)).toBe(false);
    expect(kept({ ...old, at: old.at + 1 })).toBe(true);
    expect(kept({ ...old, result: 'running', at: 0 })).toBe(true);
  });

  it('has the same result however often and in whichever order it is repeated', () => {
    fc.assert(
      fc.property(fc.array(entries.map(anEntry), { maxLength: 8 }), (all) => {
        const once = all.reduce(reserve, ledger());
        expect([...all, ...all].reduce(reserve, once)).toEqual(all.reduce(reserve, once));
        const keys = once.entries.map(({ remediationId, kind }) => `${remediationId} ${kind}`);
        expect(new Set(keys).size).toBe(keys.length);
        const times = once.entries.map(({ at }) => at);
        expect(times).toEqual(times.toSorted((a, b) => a - b));
      }),
    );
  });
});

describe('settle', () => {
  it('ends what is running of the remediation, and nothing else', () => {
    const own = anEntry({ remediationId: 'r-1', result: 'running' });
    const undo: LedgerEntry = { ...own, kind: 'undo' };
    const other = anEntry({ remediationId: 'r-2', result: 'running' });
    expect(settle(ledger(own, undo, other), 'r-1', 'failed').entries).toEqual([
      { ...own, result: 'failed' },
      { ...undo, result: 'failed' },
      other,
    ]);
  });

  it('leaves what has ended as it is', () => {
    const action = anEntry({ remediationId: 'r-1', result: 'succeeded' });
    const undo = anEntry({ remediationId: 'r-1', kind: 'undo', result: 'running' });
    expect(settle(ledger(action, undo), 'r-1', 'unproven').entries).toEqual([
      action,
      { ...undo, result: 'unproven' },
    ]);
  });
});
