import { basename } from 'node:path';

/** A target and one of its metrics. */
export interface SeriesName {
  readonly target: string;
  readonly metric: string;
}

/** Metric of a file whose name contains none. */
export const UNKNOWN_METRIC = 'value';
const MAX_TARGET_LENGTH = 128;
/** Phrases that name a metric, more specific ones first; `_` matches any separator, or none before a capital. */
const METRIC_PHRASES: readonly string[] = [
  'cpu_utilization',
  'memory_utilization',
  'disk_utilization',
  'cpu_percent',
  'memory_percent',
  'disk_percent',
  'cpu_ratio',
  'memory_ratio',
  'disk_ratio',
  'error_ratio',
  'disk_write_bytes',
  'disk_read_bytes',
  'network_in',
  'network_out',
  'network_mbps',
  'request_latency',
  'latency_ms',
  'request_count',
  'request_rate',
  'error_rate',
  'latency',
  'temperature',
  'occupancy',
  'speed',
  'cpu',
  'memory',
  'disk',
  'network',
  'requests',
];

const patternOf = (phrase: string): RegExp =>
  new RegExp(`(?<![A-Za-z])${phrase.replaceAll('_', '[-_. ]?')}(?![A-Za-z])`, 'i');
const PATTERNS = METRIC_PHRASES.map((phrase) => [phrase, patternOf(phrase)] as const);

/** Converts a text to a target ID (`^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$`) by replacing invalid characters with `_`. */
export const toTargetId = (text: string): string => {
  const allowed = text.replace(/[^A-Za-z0-9._:@-]+/g, '_').replace(/^[^A-Za-z0-9]+/, '');
  return allowed.slice(0, MAX_TARGET_LENGTH) || 'unnamed';
};

/**
 * Reads target and metric from the name of a one-series file: the first known metric phrase is the metric, the rest
 * the target. `ec2_cpu_utilization_5f5533.csv` is cpu_utilization of ec2_5f5533; a name without a known phrase is a
 * target with the metric `value`.
 */
export const nameFromFile = (path: string): SeriesName => {
  const stem = basename(path).replace(/(\.(csv|tsv|txt|json))?(\.gz)?$/i, '');
  const found = PATTERNS.find(([, pattern]) => pattern.test(stem));
  if (found === undefined) return { target: toTargetId(stem), metric: UNKNOWN_METRIC };
  const rest = stem
    .replace(found[1], '_')
    .replace(/[-_. ]{2,}/g, '_')
    .replace(/^[-_. ]/, '')
    .replace(/[-_. ]$/, '');
  return { target: toTargetId(rest === '' ? stem : rest), metric: found[0] };
};
