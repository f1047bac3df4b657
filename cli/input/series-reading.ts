import { describeMeaning } from '../../core/metrics/meaning/describe-meaning.ts';
import { kindByName, meaningOf } from '../../core/metrics/meaning/metric-meaning.ts';
import type { MetricKind } from '../../core/metrics/series/metric-series.ts';
import { type ExportSeries, UNNAMED } from './reading/export-format.ts';
import { nameFromFile } from './reading/file-naming.ts';
import type { NamedSeries, SeriesPoints } from './series-points.ts';

/** How a series of an export is read. */
export interface SeriesReading {
  /** Name of the metric: a file with a single, unnamed series may name it. */
  readonly metric: string;
  readonly unit: string | undefined;
  readonly kind: MetricKind;
  /** The meaning of the metric, in words. */
  readonly text: string;
}

/** Of the steps of a counter, all but a few restarts rise. */
const MAX_FALLS = 0.05;
const MIN_POINTS = 3;

export const metricNameOf = (series: ExportSeries, file: string): string =>
  series.metric ?? (series === UNNAMED ? nameFromFile(file).metric : series.name);

/** True for names that Prometheus' conventions give to counters only. */
const isCounterName = (metric: string): boolean =>
  kindByName(metric) === 'counter' || /_total(\{|$)/.test(metric);

const mostlyRises = ({ timestamps, values }: SeriesPoints): boolean => {
  const order = timestamps.map((_, index) => index).sort((a, b) => timestamps[a]! - timestamps[b]!);
  const known = order.map((index) => values[index]!).filter(Number.isFinite);
  const falls = known.filter((value, index) => index > 0 && value < known[index - 1]!).length;
  const isFlat = known.every((value) => value === known[0]);
  return known.length >= MIN_POINTS && !isFlat && falls <= MAX_FALLS * (known.length - 1);
};

/** A metric with a counter's name is a counter if its values grow like one. */
export const readingOf = ({ series, points }: NamedSeries, file: string): SeriesReading => {
  const metric = metricNameOf(series, file);
  const isCounter = series.kind === undefined && isCounterName(metric) && mostlyRises(points);
  const kind = series.kind ?? (isCounter ? 'counter' : 'gauge');
  const text = describeMeaning(meaningOf(metric, series.unit));
  return {
    metric,
    unit: series.unit,
    kind,
    text: kind === 'counter' ? `${text}; rate per second of a counter` : text,
  };
};

/** The rate per second of a counter, point by point; NaN at its start and after a restart. */
export class CounterRate {
  private timestamp = Number.NaN;
  private total = Number.NaN;

  next(timestamp: number, total: number): number {
    if (Number.isNaN(total)) return Number.NaN;
    const rate = (total - this.total) / (timestamp - this.timestamp);
    this.timestamp = timestamp;
    this.total = total;
    return Number.isFinite(rate) && rate >= 0 ? rate : Number.NaN;
  }
}

/** True if `detect`, which sees a point at a time, takes the series for a counter. */
export const isKnownCounter = (series: ExportSeries, file: string): boolean =>
  (series.kind ?? kindByName(metricNameOf(series, file))) === 'counter';
