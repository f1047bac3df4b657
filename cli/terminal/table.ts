import { type Colour, paint } from './colour.ts';
import type { Terminal } from './terminal.ts';
import { pad, textWidth, truncate, withoutControl } from './text-width.ts';

/** One column of a table. */
export interface Column<Row> {
  readonly header: string;
  readonly text: (row: Row) => string;
  readonly align?: 'left' | 'right';
  readonly colour?: (row: Row) => Colour | undefined;
  /** True if the column may shrink when the table is too wide. If no column may, all do. */
  readonly shrinks?: boolean;
  /** True if the column may be omitted so that those that shrink stay readable; the last such column goes first. */
  readonly optional?: boolean;
}

const GAP = 2;
const MIN_WIDTH = 4;
/** Width at which most names can be told apart. */
const READABLE_WIDTH = 20;

type Look = Pick<Terminal, 'columns' | 'colour' | 'unicode'>;

/** Narrows the widest shrinkable column repeatedly until the table fits or no column can shrink further. */
const fitWidths = (natural: readonly number[], shrinkable: readonly boolean[], room: number): number[] => {
  const widths = [...natural];
  let total = widths.reduce((sum, width) => sum + width, GAP * (widths.length - 1));
  while (total > room) {
    let widest = -1;
    for (const [index, width] of widths.entries()) {
      if (shrinkable[index] && width > MIN_WIDTH && (widest < 0 || width > widths[widest]!)) widest = index;
    }
    if (widest < 0)
      return shrinkable.every(Boolean)
        ? widths
        : fitWidths(
            widths,
            widths.map(() => true),
            room,
          );
    widths[widest]!--;
    total--;
  }
  return widths;
};

/** Indices of the columns that are shown: without optional ones for which there is no room. */
const shownColumns = <Row>(
  columns: readonly Column<Row>[],
  natural: readonly number[],
  room: number,
): number[] => {
  const wanted = columns.map(({ shrinks }, index) =>
    shrinks ? Math.min(READABLE_WIDTH, natural[index]!) : natural[index]!,
  );
  const shown = [...columns.keys()];
  const isTooWide = () => shown.reduce((sum, index) => sum + wanted[index]! + GAP, -GAP) > room;
  while (isTooWide()) {
    const last = shown.findLastIndex((index) => columns[index]!.optional);
    if (last < 0) break;
    shown.splice(last, 1);
  }
  return shown;
};

/**
 * Renders a table as lines: aligned by display width, no wider than the terminal, with an underlined header.
 * Colours only if the terminal shows them.
 */
export const renderTable = <Row>(all: readonly Column<Row>[], rows: readonly Row[], look: Look): string[] => {
  const texts = rows.map((row) => all.map((column) => withoutControl(column.text(row))));
  const widest = all.map(({ header }, index) =>
    texts.reduce((most, row) => Math.max(most, textWidth(row[index]!)), textWidth(header)),
  );
  const shown = shownColumns(all, widest, look.columns);
  const columns = shown.map((index) => all[index]!);
  const cells = texts.map((row) => shown.map((index) => row[index]!));
  const natural = shown.map((index) => widest[index]!);
  const chosen = columns.some(({ shrinks }) => shrinks);
  const shrinkable = columns.map(({ shrinks }) => (chosen ? shrinks === true : true));
  const widths = fitWidths(natural, shrinkable, look.columns);
  const ellipsis = look.unicode ? '…' : '~';
  const cell = (text: string, index: number): string =>
    pad(truncate(text, widths[index]!, ellipsis), widths[index]!, columns[index]!.align ?? 'left');
  const line = (parts: readonly string[]): string => parts.join(' '.repeat(GAP)).trimEnd();
  const header = line(columns.map((column, index) => paint(look.colour, 'bold', cell(column.header, index))));
  const rule = line(widths.map((width) => (look.unicode ? '─' : '-').repeat(width)));
  const body = rows.map((row, number) =>
    line(
      cells[number]!.map((text, index) => {
        const colour = columns[index]!.colour?.(row);
        return colour === undefined ? cell(text, index) : paint(look.colour, colour, cell(text, index));
      }),
    ),
  );
  return [header, rule, ...body];
};
