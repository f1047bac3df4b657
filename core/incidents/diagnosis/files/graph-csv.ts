import type { CallGraph } from '../call-graph.ts';
import { shown, splitFields, splitLines, unreadable } from './csv-lines.ts';

const EMPTY_CELLS = new Set(['', '0', '0.0']);

const readNodes = (header: string, file: string): string[] => {
  const nodes = splitFields(header).slice(1);
  const seen = new Set<string>();
  for (const node of nodes) {
    if (node === '' || seen.has(node)) {
      throw unreadable({
        file,
        line: 1,
        found: `the node ${shown(node)} twice or unnamed`,
        expected: 'unique names',
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
  throw unreadable({ file, line, found: shown(cell), expected: '1 (row calls column), 0 or an empty field' });
};

const readRow = (text: string, line: number, nodes: readonly string[], file: string) => {
  const [caller, ...cells] = splitFields(text);
  if (caller === undefined || !nodes.includes(caller)) {
    throw unreadable({ file, line, found: shown(caller ?? ''), expected: 'a node that the header names' });
  }
  if (cells.length !== nodes.length) {
    throw unreadable({ file, line, found: `${cells.length} cells`, expected: `${nodes.length}, one a node` });
  }
  const callees = nodes.filter((_, i) => isEdge(cells[i]!, file, line));
  return { caller, callees: callees.filter((callee) => callee !== caller) };
};

/**
 * Reads a square adjacency matrix with a header row and an index column; cell [a][b] = 1 means a calls b (format of
 * the PetShop data set, Hardt et al. 2023). Throws InvalidInputError naming file, line, finding and expectation.
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
        expected: 'one row a node',
      });
    }
    callers.add(caller);
    for (const callee of callees) edges.push([caller, callee]);
  }
  if (callers.size !== nodes.length) {
    throw unreadable({
      file,
      line: lines.length,
      found: `${callers.size} rows`,
      expected: `${nodes.length}, one a node`,
    });
  }
  return { nodes, edges };
};
