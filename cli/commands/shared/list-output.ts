import { jsonText } from '../../terminal/clean-text.ts';
import { type Column, renderTable } from '../../terminal/table.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { LineWriter } from '../../terminal/writer.ts';

export interface ListOutput<Row> {
  readonly columns: readonly Column<Row>[];
  /** Printed instead of an empty table. */
  readonly empty: string;
  /** Lines below the table. */
  readonly notes?: (rows: readonly Row[]) => readonly string[];
  /** One JSON object per line instead of a table. */
  readonly json: boolean;
}

/** Prints a list: as a table once it is complete, or as one JSON object per line as it arrives. */
export const printList = async <Row>(
  rows: AsyncIterable<Row>,
  { columns, empty, notes, json }: ListOutput<Row>,
  terminal: Terminal,
): Promise<void> => {
  const writer = new LineWriter(terminal.stdout);
  const kept: Row[] = [];
  for await (const row of rows) {
    if (!json) kept.push(row);
    else if (writer.line(jsonText(row))) await writer.flush();
  }
  if (!json) await writer.lines(kept.length === 0 ? [empty] : renderTable(columns, kept, terminal));
  const below = json || kept.length === 0 ? [] : (notes?.(kept) ?? []);
  if (below.length > 0) await writer.lines(['', ...below]);
  await writer.flush();
};
