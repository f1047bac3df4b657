/** The header row of an ingest CSV. */
import { MetricName, TargetId } from '../../../shared/identifiers.ts';
import { type FieldError, IngestRejection } from '../decoding/ingest-rejection.ts';

const REQUIRED = ['timestamp', 'target', 'metric', 'value'] as const;
const COLUMNS = [...REQUIRED, 'profile', 'unit', 'kind', 'tenant'] as const;
export type CsvColumn = (typeof COLUMNS)[number];

/** Reads a column of a row; undefined if neither the header nor a query parameter provides it. */
export type CellOf = (row: readonly string[], column: CsvColumn) => string | undefined;

const isColumn = (name: string): name is CsvColumn => COLUMNS.some((column) => column === name);

const headerErrors = (names: readonly string[], fromQuery: ReadonlyMap<string, string>): FieldError[] => {
  const found = names.join(',').slice(0, 200);
  const unknown = names
    .filter((name) => !isColumn(name))
    .map((name) => `unknown column "${name.slice(0, 60)}"`);
  const twice = names
    .filter((name, index) => names.indexOf(name) !== index)
    .map((name) => `duplicate column "${name}"`);
  const missing = REQUIRED.filter((name) => !names.includes(name) && !fromQuery.has(name)).map((name) =>
    name === 'target' || name === 'metric'
      ? `missing column "${name}" (or query parameter "${name}")`
      : `missing column "${name}"`,
  );
  return [...missing, ...unknown, ...twice]
    .slice(0, COLUMNS.length)
    .map((fault) => ({ field: 'line 1', code: 'wrong-columns', message: `${fault}; found: ${found}` }));
};

const queryColumns = (query: Readonly<Record<string, string>>): ReadonlyMap<CsvColumn, string> => {
  const given = new Map<CsvColumn, string>();
  for (const [column, schema] of [
    ['target', TargetId],
    ['metric', MetricName],
  ] as const) {
    const value = query[column];
    if (value === undefined) continue;
    const parsed = schema.safeParse(value);
    const message = parsed.error?.issues[0]?.message ?? '';
    if (!parsed.success)
      throw new IngestRejection('invalid-content', `query parameter ${column}: ${message}`, {
        errors: [{ field: `query.${column}`, code: 'invalid-value', message }],
      });
    given.set(column, parsed.data);
  }
  return given;
};

/**
 * Reads the header row. Query parameters `target` and `metric` replace absent columns.
 * @throws IngestRejection naming missing, unknown and duplicate columns
 */
export const readHeader = (header: readonly string[], query: Readonly<Record<string, string>>): CellOf => {
  const names = header.map((name) => name.toLowerCase());
  const fromQuery = queryColumns(query);
  const errors = headerErrors(names, fromQuery);
  if (errors.length > 0)
    throw new IngestRejection('invalid-content', `line 1: ${errors[0]!.message}`, { errors });
  const places = new Map(names.map((name, place) => [name, place]));
  return (row, column) => {
    const place = places.get(column);
    return place === undefined ? fromQuery.get(column) : row[place];
  };
};
