import { METRIC_KINDS, type MetricKind } from '../../../core/metrics/series/metric-series.ts';
import { PROFILES, type Profile } from '../../../core/metrics/targets/target.ts';
import { formatCount } from '../../terminal/format.ts';
import { type Role, roleOf } from './columns.ts';
import { quoteFound } from './csv-text.ts';
import { type ExportSeries, type ReadContext, type RowReader, UNNAMED } from './export-format.ts';
import { toTargetId } from './file-naming.ts';
import { parseSelector } from './labels.ts';

/** A header without names, or with other ones, is answered with this. */
export const EXPECTED_HEADER = 'a header "timestamp,value" or "timestamp,series,value"';

interface Layout {
  readonly header: readonly string[];
  readonly placeOf: ReadonlyMap<Role, number>;
  readonly extra: number;
}

/** True for a header with a column of times and one of values. */
export const isLongHeader = (header: readonly string[]): boolean => {
  const roles = header.map(roleOf);
  return roles.includes('timestamp') && roles.includes('value');
};

/** Reads tables with one point a row, the header first. Roles of columns come from their names, in any order. */
export const openLongRows = (context: ReadContext): RowReader => {
  const known = new Map<string, ExportSeries>();
  let layout: Layout | undefined;
  return (fields, line) => {
    if (layout === undefined) {
      layout = readHeader(fields, line, context);
      return [];
    }
    const { header, placeOf, extra } = layout;
    if (fields.length !== header.length)
      context.refuse(line, formatCount(fields.length, 'field'), `${header.length} (${header.join(',')})`);
    const cell = (role: Role): string => fields[placeOf.get(role) ?? -1] ?? '';
    const key = NAMING.map(cell).join('\u0000');
    const series = known.get(key) ?? seriesOf(cell, placeOf, line, context);
    known.set(key, series);
    return [
      context.point(series, {
        timestamp: cell('timestamp'),
        value: cell('value'),
        line,
        extra: fields[extra] || undefined,
      }),
    ];
  };
};

const NAMING: readonly Role[] = ['series', 'target', 'metric', 'profile', 'unit', 'kind', 'tenant'];

const readHeader = (header: readonly string[], line: number, context: ReadContext): Layout => {
  const lower = header.map((column) => column.toLowerCase());
  const extra = context.extraColumn === undefined ? -1 : lower.indexOf(context.extraColumn);
  const placeOf = new Map<Role, number>();
  header.forEach((column, place) => {
    if (place === extra) return;
    const role = roleOf(column);
    if (role === undefined || placeOf.has(role)) refuseColumn(header, place, role, line, context);
    else placeOf.set(role, place);
  });
  const renamed = [...placeOf].filter(([role, place]) => lower[place] !== role);
  if (renamed.length > 0) {
    const columns = renamed.map(([role, place]) => `${quoteFound(header[place] ?? '')} as ${role}`);
    context.note(`columns ${columns.join(', ')}`);
  }
  return { header: lower, placeOf, extra };
};

const refuseColumn = (
  header: readonly string[],
  place: number,
  role: Role | undefined,
  line: number,
  context: ReadContext,
): never => {
  const column = quoteFound(header[place] ?? '');
  const found = quoteFound(header.join(','));
  return role === undefined
    ? context.refuse(
        line,
        found,
        `${EXPECTED_HEADER}; remove ${column}, or rename it to series, target or metric`,
      )
    : context.refuse(line, found, `${EXPECTED_HEADER}; ${column} is a second column for the ${role}`);
};

const oneOf = <T extends string>(
  allowed: readonly T[],
  text: string,
  role: string,
  line: number,
  context: ReadContext,
): T | undefined => {
  const found = allowed.find((name) => name === text.toLowerCase());
  if (text !== '' && found === undefined)
    context.refuse(line, `${role} ${quoteFound(text)}`, `one of ${allowed.join(', ')}`);
  return found;
};

const seriesOf = (
  cell: (role: Role) => string,
  placeOf: ReadonlyMap<Role, number>,
  line: number,
  context: ReadContext,
): ExportSeries => {
  const details = {
    unit: cell('unit') || undefined,
    kind: oneOf<MetricKind>(METRIC_KINDS, cell('kind'), 'kind', line, context),
    profile: oneOf<Profile>(PROFILES, cell('profile'), 'profile', line, context),
    tenant: cell('tenant') || undefined,
  };
  const [series, target, metric] = [cell('series'), cell('target'), cell('metric')];
  const isNamed = placeOf.has('series') || placeOf.has('target') || placeOf.has('metric');
  if (!isNamed && Object.values(details).every((detail) => detail === undefined)) return UNNAMED;
  const parts = [series, target, metric].filter((_, index) => placeOf.has(NAMING[index]!));
  const name = parts.join('/') || UNNAMED.name;
  const selected = target === '' && metric === '' ? parseSelector(series) : undefined;
  if (selected !== undefined) return { ...selected, ...details, name };
  const fromSeries = target === '' && series !== '' ? toTargetId(series) : undefined;
  return { name, target: target || fromSeries, metric: metric || undefined, ...details };
};
