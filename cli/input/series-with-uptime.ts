import { InvalidInputError } from '../../core/shared/errors.ts';
import type { NamedInput } from './open-input.ts';
import type { ReadOptions } from './read-export.ts';
import { parseValue } from './reading/cell-values.ts';
import { quoteFound } from './reading/csv-text.ts';
import { type NamedSeries, readSeriesPoints, type SeriesPoints } from './series-points.ts';

/** A series with the uptime of its process, if the file contains it. */
export interface SeriesWithUptime extends NamedSeries {
  readonly uptime: SeriesPoints | undefined;
}

const uptimeValue = (name: string, text: string | undefined): number => {
  const value = parseValue(text ?? '');
  if (value !== undefined) return value;
  throw new InvalidInputError(`${name}: found uptime ${quoteFound(text ?? '')}, expected a finite number`);
};

/** `web-1/uptime` is the uptime of all series of `web-1`; `uptime` applies to all series. */
const uptimeSeriesOf = (
  found: ReadonlyMap<string, NamedSeries>,
  series: string,
  uptime: string,
): SeriesPoints | undefined => {
  const target = series.includes('/') ? series.slice(0, series.lastIndexOf('/') + 1) : '';
  const wanted = [`${target}${uptime}`, uptime].map((name) => name.toLowerCase());
  const names = [...found.keys()];
  const name = wanted.flatMap((one) => names.filter((known) => known.toLowerCase() === one))[0];
  return name === undefined ? undefined : found.get(name)?.points;
};

const uptimeColumnOf = (file: string, { points, extra }: NamedSeries): SeriesPoints => ({
  timestamps: points.timestamps,
  values: extra.map((text) => uptimeValue(file, text)),
});

/**
 * Reads an export grouped by series. `uptime` names a column or a series (of the same target, if the file has targets).
 * @throws InvalidInputError naming file and line, or if the column or series does not exist
 */
export const readSeriesWithUptime = async (
  input: NamedInput,
  uptime: string | undefined,
  report?: ReadOptions['report'],
): Promise<Map<string, SeriesWithUptime>> => {
  const found = await readSeriesPoints(input, { extraColumn: uptime, report });
  const isColumn = [...found.values()].some(({ extra }) => extra.some((text) => text !== undefined));
  const all = [...found].map(([name, series]): [string, SeriesWithUptime] => {
    if (uptime === undefined) return [name, { ...series, uptime: undefined }];
    const points = isColumn ? uptimeColumnOf(input.name, series) : uptimeSeriesOf(found, name, uptime);
    return [name, { ...series, uptime: points }];
  });
  if (uptime !== undefined && all.every(([, series]) => series.uptime === undefined)) {
    throw new InvalidInputError(`${input.name}: found no column and no series "${uptime}"`, {
      field: 'uptime',
    });
  }
  return new Map(all);
};
