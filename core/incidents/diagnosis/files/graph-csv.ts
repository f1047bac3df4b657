import type { CallGraph } from '../call-graph.ts';
import { counted, shown, splitFields, splitLines, unreadable } from './csv-lines.ts';

const EMPTY_CELLS = new Set(['', '0', '0.0']);

const readNodes = (header: string, file: string): string[] => {
  const nodes = splitFields(header).slice(1);
  const seen = new Set<string>();
  for (const node of nodes) {
    if (node === '' || seen.has(node)) {
      throw unreadable({
        file,
        line: 1,
        found: node === '' ? 'a node without a name' : `the node ${shown(node)} twice`,
        expected: 'unique node names',
      });
    }
    seen.add(node);
  }
  if (nodes.length === 0) {
    throw unreadable({ file, line: 1, found: 'no nodes', expected: 'a header row ",node,node,..."' });
  }
  return nodes;
};

const isEdge = (cell: string, file: string, line: number): boolean => {
  if (EMPTY_CELLS.has(cell)) return false;
  if (Number(cell) === 1) return true;
  throw unreadable({
    file,
    line,
    found: shown(cell),
    expected: '1 (the row calls the column), 0 or an empty field',
  });
};

const readRow = (text: string, line: number, nodes: readonly string[], file: string) => {
  const [caller, ...cells] = splitFields(text);
  if (caller === undefined || !nodes.includes(caller)) {
    throw unreadable({ file, line, found: shown(caller ?? ''), expected: 'a node of the header' });
  }
  if (cells.length !== nodes.length) {
    throw unreadable({
      file,
      line,
      found: counted(cells.length, 'cell'),
      expected: `${nodes.length}, one per node`,
    });
  }
  const callees = nodes.filter((_, i) => isEdge(cells[i]!, file, line));
  return { caller, callees: callees.filter((callee) => callee !== caller) };
};

/**
 * Reads a square adjacency matrix with a header row and an index column; cell [a][b] = 1 means that a calls b (format of
 * the PetShop data set, Hardt et al. 2023).
 * @throws InvalidInputError with file, line, finding and expectation
 */
export const parseGraphCsv = (text: string, file = 'graph.csv'): CallGraph => {
  const lines = splitLines(text);
  const nodes = readNodes(lines[0] ?? '', file);
  const edges: [string, string][] = [];
  const callers = new Set<string>();
  for (let i = 1; i < lines.length; i++) {
    const { caller, callees } = readRow(lines[i]!, i + 1, nodes, file);
    if (callers.has(caller)) {
      throw unreadable({
        file,
        line: i + 1,
        found: `a second row for ${shown(caller)}`,
        expected: 'one row per node',
      });
    }
    callers.add(caller);
    for (const callee of callees) edges.push([caller, callee]);
  }
  if (callers.size !== nodes.length) {
    throw unreadable({
      file,
      line: lines.length,
      found: counted(callers.size, 'row'),
      expected: `${nodes.length}, one per node`,
    });
  }
  return { nodes, edges };
};
