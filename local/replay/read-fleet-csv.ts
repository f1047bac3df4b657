import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { IngestNaming } from '../../cli/input/ingest-names.ts';
import { openInput } from '../../cli/input/open-input.ts';
import { readExport } from '../../cli/input/read-export.ts';
import type { ExportSeries } from '../../cli/input/reading/export-format.ts';
import { type SeriesName, toTargetId } from '../../cli/input/reading/file-naming.ts';
import { InvalidInputError } from '../../core/shared/errors.ts';
import type { ProfiledSeries } from '../../core/simulator/ingest-body.ts';

/** Series found under a directory, and the files that could not be used with the reason. */
export interface FleetFiles {
  readonly series: readonly ProfiledSeries[];
  readonly skipped: readonly { readonly file: string; readonly reason: string }[];
}

interface GrowingSeries extends ProfiledSeries {
  readonly timestamps: number[];
  readonly values: number[];
}

const MAX_REASONS = 5;
const CSV = /\.csv(\.gz)?$/i;

const listCsv = (path: string): string[] => {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) {
    throw new InvalidInputError(`${path}: no such file or directory; expected CSV series`);
  }
  if (stats.isFile()) return [path];
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => CSV.test(name))
    .sort((a, b) => (a < b ? -1 : 1))
    .map((name) => join(path, name));
};

const readFile = async (file: string): Promise<GrowingSeries[]> => {
  const input = openInput(file, new PassThrough());
  const naming = new IngestNaming(input.name, {});
  const found = new Map<ExportSeries, GrowingSeries>();
  for await (const batch of readExport(input)) {
    for (const { series: named, timestamp, value } of batch) {
      if (Number.isNaN(value)) continue;
      const series = found.get(named) ?? startSeries(naming.nameOf(named), named);
      if (series.timestamps.length === 0) found.set(named, series);
      series.timestamps.push(timestamp);
      series.values.push(value);
    }
  }
  if (found.size === 0) throw new InvalidInputError(`${input.name}: no values; expected rows of data`);
  return [...found.values()];
};

const startSeries = (
  { target, metric }: SeriesName,
  { kind, unit, profile }: ExportSeries,
): GrowingSeries => ({
  targetId: toTargetId(target),
  metric,
  kind: kind ?? 'gauge',
  ...(unit !== undefined && { unit }),
  ...(profile !== undefined && { profile }),
  timestamps: [],
  values: [],
});

/** If the metric of a target exists already, appends the folder name, then a number, so that series do not mix. */
const makeUnique = (series: ProfiledSeries, file: string, taken: Set<string>): ProfiledSeries => {
  const keyOf = (targetId: string): string => `${targetId}\n${series.metric}`;
  const folder = toTargetId(`${series.targetId}_${basename(dirname(file))}`);
  let targetId = taken.has(keyOf(series.targetId)) ? folder : series.targetId;
  for (let number = 2; taken.has(keyOf(targetId)); number++) targetId = `${folder}_${number}`;
  taken.add(keyOf(targetId));
  return targetId === series.targetId ? series : { ...series, targetId };
};

/**
 * Reads every CSV file under a directory (or one file). `timestamp,value` files are named after their file,
 * `timestamp,series,value` files have one target per series, and ingest CSV is read as is. Missing values are omitted.
 * An unusable file is skipped and its reason is returned. @throws InvalidInputError if no file can be used
 */
export const readFleetCsv = async (path: string): Promise<FleetFiles> => {
  const taken = new Set<string>();
  const series: ProfiledSeries[] = [];
  const skipped: { file: string; reason: string }[] = [];
  const files = listCsv(path);
  for (const file of files) {
    try {
      series.push(...(await readFile(file)).map((one) => makeUnique(one, file, taken)));
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      skipped.push({ file, reason: error.message });
    }
  }
  if (series.length > 0) return { series, skipped };
  if (skipped.length === 0)
    throw new InvalidInputError(`${path}: found no file that ends in .csv or .csv.gz, expected CSV series`);
  const reasons = skipped.slice(0, MAX_REASONS).map(({ reason }) => `\n  ${reason}`);
  const more = skipped.length > MAX_REASONS ? `\n  and ${skipped.length - MAX_REASONS} more` : '';
  throw new InvalidInputError(
    `${path}: none of its ${skipped.length} CSV files can be used:${reasons.join('')}${more}`,
  );
};
