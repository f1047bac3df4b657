import { buildMetricWindow, type MetricColumn, type MetricWindow } from '../metric-window.ts';
import { counted, shown, splitFields, splitLines, unreadable } from './csv-lines.ts';

const HEADERS = ['microservice', 'metric', 'statistic', 'unix_timestamp'] as const;
const METRICS = new Set(['latency', 'availability', 'requests']);

const readHeader = (lines: readonly string[], row: number, file: string): string[] => {
  const fields = splitFields(lines[row] ?? '');
  if (fields[0] !== HEADERS[row]) {
    throw unreadable({
      file,
      line: row + 1,
      found: shown(fields[0] ?? ''),
      expected: `"${HEADERS[row]},..."`,
    });
  }
  return fields;
};

interface Header {
  readonly nodes: readonly string[];
  readonly metrics: readonly string[];
  readonly statistics: readonly string[];
}

const checkColumns = ({ nodes, metrics, statistics }: Header, file: string): void => {
  const seen = new Set<string>();
  for (let c = 1; c < nodes.length; c++) {
    const key = `${nodes[c]}\n${metrics[c]}\n${statistics[c]}`;
    if (!METRICS.has(metrics[c]!)) {
      const expected = 'latency, availability or requests';
      throw unreadable({ file, line: 2, found: `${shown(metrics[c]!)} in column ${c + 1}`, expected });
    }
    if (seen.has(key)) {
      throw unreadable({
        file,
        line: 1,
        found: `column ${c + 1} repeated`,
        expected: 'unique node, metric, statistic',
      });
    }
    seen.add(key);
  }
};

const readHeaders = (lines: readonly string[], file: string): Header => {
  const [nodes, metrics, statistics] = [0, 1, 2].map((row) => readHeader(lines, row, file));
  readHeader(lines, 3, file);
  for (const [row, fields] of [metrics!, statistics!].entries()) {
    if (fields.length !== nodes!.length) {
      throw unreadable({
        file,
        line: row + 2,
        found: counted(fields.length, 'field'),
        expected: `${nodes!.length}`,
      });
    }
  }
  const header = { nodes: nodes!, metrics: metrics!, statistics: statistics! };
  checkColumns(header, file);
  return header;
};

const readNumber = (cell: string, file: string, line: number, column: number): number => {
  if (cell === '') return Number.NaN;
  const value = Number(cell);
  if (!Number.isFinite(value)) {
    const expected = 'a number or an empty field';
    throw unreadable({ file, line, found: `${shown(cell)} in column ${column + 1}`, expected });
  }
  return value;
};

const readRow = (text: string, line: number, width: number, file: string): Float64Array => {
  const cells = text.split(',');
  if (cells.length !== width) {
    throw unreadable({ file, line, found: counted(cells.length, 'field'), expected: `${width}` });
  }
  const row = new Float64Array(width);
  for (let c = 0; c < width; c++) row[c] = readNumber(cells[c]!, file, line, c);
  if (Number.isNaN(row[0]!)) {
    throw unreadable({ file, line, found: shown(cells[0]!), expected: 'a timestamp in epoch seconds' });
  }
  return row;
};

/**
 * Reads request metrics with four header lines (node, metric, statistic, index name) and one row per time bin; an empty
 * field is a missing value (format of the PetShop data set, Hardt et al. 2023). Columns and rows may be in any order.
 * @throws InvalidInputError with file, line, finding and expectation
 */
export const parseMetricsCsv = (text: string, file = 'metrics.csv'): MetricWindow => {
  const lines = splitLines(text);
  const { nodes, metrics, statistics } = readHeaders(lines, file);
  const rows = lines.slice(4).map((line, i) => readRow(line, i + 5, nodes.length, file));
  if (rows.length === 0)
    throw unreadable({ file, line: 5, found: 'no data', expected: 'one row per time bin' });
  const columns: MetricColumn[] = [];
  for (let c = 1; c < nodes.length; c++) {
    const values = Float64Array.from(rows, (row) => row[c]!);
    columns.push({ node: nodes[c]!, metric: metrics[c]!, statistic: statistics[c]!, values });
  }
  return buildMetricWindow(
    rows.map((row) => row[0]!),
    columns,
  );
};
