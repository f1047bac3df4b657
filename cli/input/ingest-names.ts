import { meaningOf } from '../../core/metrics/meaning/metric-meaning.ts';
import { InvalidInputError } from '../../core/shared/errors.ts';
import type { IngestNames } from './ingest-chunk.ts';
import type { ExportSeries } from './reading/export-format.ts';
import { nameFromFile, type SeriesName, toTargetId, UNKNOWN_METRIC } from './reading/file-naming.ts';

/**
 * Completes the names of a file's series. Names that the export lacks come from the options, else from the file's name.
 * A column's name is a metric if it sounds like one; else it is a target if the options or the file name the metric.
 */
export class IngestNaming {
  private readonly file: string;
  private readonly names: IngestNames;
  private readonly fromFile: SeriesName;
  private readonly named = new Map<ExportSeries, SeriesName>();
  private readonly owners = new Map<string, ExportSeries>();

  constructor(file: string, names: IngestNames) {
    this.file = file;
    this.names = names;
    this.fromFile = nameFromFile(file);
  }

  /** @throws InvalidInputError if another series already has these names */
  nameOf(series: ExportSeries): SeriesName {
    const known = this.named.get(series);
    if (known !== undefined) return known;
    const name = this.complete(series);
    const key = `${name.target}\u0000${name.metric}`;
    const owner = this.owners.get(key);
    if (owner !== undefined && owner.name !== series.name)
      throw new InvalidInputError(
        `${this.file}: found the series "${owner.name}" and "${series.name}", which would both be ${name.metric} of ${name.target}: rename one of them`,
      );
    this.owners.set(key, series);
    this.named.set(series, name);
    return name;
  }

  private complete({ target, metric, label }: ExportSeries): SeriesName {
    const defaults = {
      target: this.names.target ?? this.fromFile.target,
      metric: this.names.metric ?? this.fromFile.metric,
    };
    if (label === undefined) return { target: target ?? defaults.target, metric: metric ?? defaults.metric };
    const isMetric = meaningOf(label).aspect !== 'other' || defaults.metric === UNKNOWN_METRIC;
    return isMetric
      ? { target: defaults.target, metric: label }
      : { target: toTargetId(label), metric: defaults.metric };
  }
}
