import { InvalidInputError } from '../../core/shared/errors.ts';
import { quoteFound } from './csv-row.ts';
import { lineBatches, type NamedInput } from './line-batches.ts';
import { parseValue, SeriesCsvReader, type SeriesPoints } from './series-csv.ts';

/** A series with the uptime of its process, if the file contains it. */
export interface SeriesWithUptime {
  readonly points: SeriesPoints;
  readonly uptime: SeriesPoints | undefined;
}

const noPoints = (): SeriesPoints => ({ timestamps: [], values: [] });

const uptimeValue = (name: string, text: string | undefined): number => {
  const value = parseValue(text ?? '');
  if (value !== undefined) return value;
  throw new InvalidInputError(`${name}: found uptime ${quoteFound(text ?? '')}, expected a finite number`);
};

/** `web-1/uptime` is the uptime of all series of `web-1`; `uptime` applies to all series. */
const uptimeSeriesOf = (
  found: ReadonlyMap<string, { readonly points: SeriesPoints }>,
  series: string,
  uptime: string,
): SeriesPoints | undefined => {
  const target = series.includes('/') ? series.slice(0, series.lastIndexOf('/') + 1) : '';
  return (found.get(`${target}${uptime}`) ?? found.get(uptime))?.points;
};

/**
 * Reads a CSV grouped by series. `uptime` names a column or a series (of the same target, if the file has targets).
 * @throws InvalidInputError naming file and line, or if the column or series does not exist
 */
export const readSeriesWithUptime = async (
  input: NamedInput,
  uptime: string | undefined,
): Promise<Map<string, SeriesWithUptime>> => {
  const column = uptime?.toLowerCase();
  const reader = new SeriesCsvReader(input.name, column === undefined ? [] : [column]);
  const found = new Map<string, { points: SeriesPoints; column: SeriesPoints }>();
  let inColumn = false;
  for await (const lines of lineBatches(input)) {
    for (const line of lines) {
      const row = reader.next(line);
      if (row === undefined) continue;
      const series = found.get(row.series) ?? { points: noPoints(), column: noPoints() };
      found.set(row.series, series);
      series.points.timestamps.push(row.timestamp);
      series.points.values.push(row.value);
      const text = column === undefined ? undefined : reader.field(row, column);
      inColumn ||= text !== undefined;
      series.column.timestamps.push(row.timestamp);
      series.column.values.push(uptimeValue(input.name, text));
    }
  }
  reader.end();
  if (found.size === 0) {
    throw new InvalidInputError(`${input.name} line 2: found the end of the file, expected a row of data`);
  }
  const uptimeOf = (series: string): SeriesPoints | undefined => {
    if (uptime === undefined) return undefined;
    return inColumn ? found.get(series)?.column : uptimeSeriesOf(found, series, uptime);
  };
  const all = [...found].map(
    ([series, { points }]) => [series, { points, uptime: uptimeOf(series) }] as const,
  );
  if (uptime !== undefined && all.every(([, series]) => series.uptime === undefined)) {
    throw new InvalidInputError(`${input.name}: found no column and no series "${uptime}"`, {
      field: 'uptime',
    });
  }
  return new Map(all);
};
