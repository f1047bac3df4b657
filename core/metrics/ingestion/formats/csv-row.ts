/** Reads and checks the cells of one CSV row. */

import { MetricName, TargetId } from '../../../shared/identifiers.ts';
import { parseTimestamp } from '../../../shared/instant.ts';
import { METRIC_KINDS, type MetricKind } from '../../series/metric-series.ts';
import { PROFILES, type Profile } from '../../targets/target.ts';
import { MAX_UNIT_LENGTH } from '../decoding/limits.ts';
import type { SeriesIdentity } from '../decoding/series-collector.ts';
import { isUnit } from '../decoding/unit.ts';
import type { CellOf } from './csv-columns.ts';

/** An error in a row; the caller adds the line. */
export interface RowFault {
  readonly code: string;
  readonly message: string;
}

const MISSING = new Set(['', 'nan', 'null', 'none', 'na', 'n/a']);
const INFINITE = /^([+-]?)inf(?:inity)?$/i;
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

/** The number in a cell, NaN if it marks a missing value, undefined if it is neither. */
export const parseValue = (cell: string): number | undefined => {
  if (NUMBER.test(cell)) return Number(cell);
  if (MISSING.has(cell.toLowerCase())) return Number.NaN;
  const sign = INFINITE.exec(cell)?.[1];
  if (sign === undefined) return undefined;
  return sign === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
};

const shown = (cell: string): string => JSON.stringify(cell.slice(0, 60));

const fault = (column: string, cell: string, expected: string): RowFault => ({
  code: 'invalid-value',
  message: `${column} ${shown(cell)}: ${expected}`,
});

const idFault = (column: 'target' | 'metric', cell: string): RowFault | undefined => {
  const parsed = (column === 'target' ? TargetId : MetricName).safeParse(cell);
  return parsed.success ? undefined : fault(column, cell, parsed.error.issues[0]?.message ?? 'not allowed');
};

const optionalOneOf = <T extends string>(allowed: readonly T[], cell: string | undefined): T | undefined =>
  allowed.find((name) => name === cell);

const optionFault = (
  column: string,
  cell: string | undefined,
  allowed: readonly string[],
): RowFault | undefined =>
  cell === undefined || cell === '' || allowed.includes(cell)
    ? undefined
    : fault(column, cell, `expected one of ${allowed.join(', ')}`);

export interface RowIdentity extends SeriesIdentity {
  readonly profile: Profile | undefined;
}

/** The series a row belongs to; checked once per distinct combination of its columns. */
export const readIdentity = (cellOf: CellOf, row: readonly string[]): RowIdentity | RowFault => {
  const targetId = cellOf(row, 'target') ?? '';
  const metric = cellOf(row, 'metric') ?? '';
  const kind = cellOf(row, 'kind');
  const profile = cellOf(row, 'profile');
  const unit = cellOf(row, 'unit') ?? '';
  const wrong =
    idFault('target', targetId) ??
    idFault('metric', metric) ??
    optionFault('kind', kind, METRIC_KINDS) ??
    optionFault('profile', profile, PROFILES) ??
    (isUnit(unit) ? undefined : fault('unit', unit, `at most ${MAX_UNIT_LENGTH} printable characters`));
  if (wrong !== undefined) return wrong;
  const kindName: MetricKind | undefined = optionalOneOf(METRIC_KINDS, kind);
  return {
    targetId,
    metric,
    kind: kindName,
    unit: unit === '' ? undefined : unit,
    profile: optionalOneOf(PROFILES, profile),
  };
};

/** The timestamp and value of a row; NaN if the value is missing. */
export const readSample = (
  cellOf: CellOf,
  row: readonly string[],
): { readonly timestamp: number; readonly value: number } | RowFault => {
  const text = cellOf(row, 'timestamp') ?? '';
  const timestamp = parseTimestamp(text);
  if (Number.isNaN(timestamp)) return fault('timestamp', text, 'expected ISO 8601 or epoch seconds');
  const cell = cellOf(row, 'value') ?? '';
  const value = parseValue(cell);
  return value === undefined ? fault('value', cell, 'expected a number') : { timestamp, value };
};
