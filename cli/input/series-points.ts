import { InvalidInputError } from '../../core/shared/errors.ts';
import type { NamedInput } from './open-input.ts';
import { type ReadOptions, readExport } from './read-export.ts';
import type { ExportSeries } from './reading/export-format.ts';

/** Points of one series in the order of the input. A missing value is NaN. */
export interface SeriesPoints {
  /** Epoch seconds. */
  readonly timestamps: number[];
  readonly values: number[];
}

/** A series of an export with all of its points. */
export interface NamedSeries {
  readonly series: ExportSeries;
  readonly points: SeriesPoints;
  /** Fields of the requested column, one for each point. */
  readonly extra: (string | undefined)[];
}

/** Reads a whole export, grouped by series in order of appearance. @throws InvalidInputError as `readExport` */
export const readSeriesPoints = async (
  input: NamedInput,
  options: ReadOptions = {},
): Promise<Map<string, NamedSeries>> => {
  const found = new Map<string, NamedSeries>();
  for await (const batch of readExport(input, options)) {
    for (const { series, timestamp, value, extra } of batch) {
      const { name } = series;
      const known = found.get(name) ?? { series, points: { timestamps: [], values: [] }, extra: [] };
      if (known.extra.length === 0) found.set(name, known);
      known.points.timestamps.push(timestamp);
      known.points.values.push(value);
      known.extra.push(extra);
    }
  }
  if (found.size === 0)
    throw new InvalidInputError(`${input.name}: found the end of the file, expected a row of data`);
  return found;
};
