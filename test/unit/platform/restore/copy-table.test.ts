import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copyTable } from '../../../../core/platform/restore/copy-table.ts';
import type { CopyMode } from '../../../../core/platform/restore/ports.ts';
import { memoryJournal, type Row, type RowItem, rowSource, rowTarget } from '../../../fakes/table-copy.ts';

const NOW = 1000;
const row = (index: number, expiresAt?: number): RowItem => ({
  content: { sk: `k${index}`, value: index },
  expiresAt,
});
const rows = (count: number): RowItem[] => Array.from({ length: count }, (_, index) => row(index));
const asMap = (items: readonly RowItem[]) => new Map(items.map(({ content }) => [content.sk, content.value]));

const requestOf = (items: readonly RowItem[], stored: Map<string, number>, mode: CopyMode = 'empty') => ({
  source: rowSource(items),
  target: rowTarget(stored),
  journal: memoryJournal(),
  mode,
  now: NOW,
  onPage: () => {},
});

describe('copying a table', () => {
  it.each([0, 1, 3, 4, 9, 50])('copies all of %s items', async (count) => {
    const stored = new Map<string, number>();
    const request = requestOf(rows(count), stored);
    let seen = 0;
    const state = await copyTable({
      ...request,
      onPage: (items) => {
        seen += items;
      },
    });
    expect(stored).toEqual(asMap(rows(count)));
    expect([state.written, state.kept, state.expired, seen]).toEqual([count, 0, 0, count]);
    expect(request.journal.state).toBeUndefined();
  });

  it('leaves out what has expired', async () => {
    const stored = new Map<string, number>();
    const items = [row(0), row(1, NOW - 1), row(2, NOW), row(3, NOW + 1)];
    const state = await copyTable(requestOf(items, stored));
    expect([...stored.keys()].sort()).toEqual(['k0', 'k3']);
    expect(state).toMatchObject({ written: 2, expired: 2 });
  });

  it('refuses a table with items, and stores nothing', async () => {
    const stored = new Map([['other', 7]]);
    await expect(copyTable(requestOf(rows(3), stored))).rejects.toThrow(/--only-missing.*--force/);
    expect(stored).toEqual(new Map([['other', 7]]));
  });

  it('replaces items with the same key and leaves others, if forced', async () => {
    const stored = new Map([
      ['other', 7],
      ['k1', 99],
    ]);
    await copyTable(requestOf(rows(3), stored, 'overwrite'));
    expect(stored).toEqual(asMap(rows(3)).set('other', 7));
  });

  it('adds only what is missing', async () => {
    const stored = new Map([['k1', 99]]);
    const state = await copyTable(requestOf(rows(3), stored, 'only-missing'));
    expect(stored).toEqual(asMap(rows(3)).set('k1', 99));
    expect(state).toMatchObject({ written: 2, kept: 1 });
  });
});

describe('an interrupted copy', () => {
  it('resumes where it ended, wherever that was, and counts each item once or more', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 30 }),
        async (count, failAt) => {
          const stored = new Map<string, number>();
          const request = { ...requestOf(rows(count), stored), target: rowTarget(stored, failAt) };
          const first = await copyTable(request).catch((error: Error) => error);
          if (!(first instanceof Error)) return;
          const before = request.journal.state?.written ?? 0;
          const state = await copyTable(request);
          expect(stored).toEqual(asMap(rows(count)));
          expect(state.written).toBe(count);
          expect(before).toBeLessThanOrEqual(count);
        },
      ),
    );
  });

  const interrupted = async (stored: Map<string, number>) => {
    const request = { ...requestOf(rows(40), stored), target: rowTarget(stored, 9) };
    await expect(copyTable<Row>(request)).rejects.toThrow('throttled');
    return request;
  };

  it('is not resumed in another mode', async () => {
    const request = await interrupted(new Map());
    await expect(copyTable({ ...request, mode: 'overwrite' })).rejects.toThrow(
      /interrupted copy in mode empty/,
    );
  });

  it('starts again if the table was emptied since', async () => {
    const stored = new Map<string, number>();
    const request = await interrupted(stored);
    stored.clear();
    await copyTable(request);
    expect(stored).toEqual(asMap(rows(40)));
  });
});
