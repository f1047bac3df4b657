import type {
  CopiedItem,
  CopyJournal,
  CopySource,
  CopyState,
  CopyTarget,
} from '../../core/platform/restore/ports.ts';

export interface Row {
  readonly sk: string;
  readonly value: number;
}
export type RowItem = CopiedItem<Row>;

const PAGE = 2;

/** A table whose segments hold every fourth row, in pages of two. */
export const rowSource = (rows: readonly RowItem[]): CopySource<Row> => ({
  page: async (segment, segments, after) => {
    const own = rows.filter((_, index) => index % segments === segment);
    const start = after === undefined ? 0 : own.findIndex(({ content }) => content.sk === after.sk) + 1;
    const items = own.slice(start, start + PAGE);
    const last = items.at(-1);
    const isEnd = start + PAGE >= own.length;
    return { items, next: isEnd || last === undefined ? undefined : { pk: 'p', sk: last.content.sk } };
  },
});

/** A table in memory; `failAt`: the write that fails, once. */
export const rowTarget = (
  rows: Map<string, number>,
  failAt = Number.POSITIVE_INFINITY,
): CopyTarget<Row> & { writes: number } => {
  const target = {
    writes: 0,
    isEmpty: async () => rows.size === 0,
    overwrite: async (items: readonly RowItem[]) => {
      target.writes += 1;
      if (target.writes === failAt) throw new Error('throttled');
      for (const { content } of items) rows.set(content.sk, content.value);
      return items.length;
    },
    addMissing: async (items: readonly RowItem[]) => {
      const missing = items.filter(({ content }) => !rows.has(content.sk));
      await target.overwrite(missing);
      return missing.length;
    },
  };
  return target;
};

export const memoryJournal = (): CopyJournal & { state: CopyState | undefined } => {
  const journal = {
    state: undefined as CopyState | undefined,
    load: async () => journal.state,
    save: async (state: CopyState) => {
      journal.state = state;
    },
    remove: async () => {
      journal.state = undefined;
    },
  };
  return journal;
};
