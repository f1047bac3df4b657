import { MAX_METRIC_NAME_LENGTH } from '../../../core/shared/identifiers.ts';
import type { ExportSeries } from './export-format.ts';
import { toTargetId } from './file-naming.ts';

/** Labels that name the target, the most usual first. */
const TARGET_LABELS = [
  'instance',
  'host',
  'hostname',
  'host.name',
  'host_name',
  'node',
  'pod',
  'service',
  'job',
];
const attributesText = (labels: readonly (readonly [string, string])[]): string =>
  labels.length === 0
    ? ''
    : `{${[...labels]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
        .join(',')}}`;

/** A valid metric name: `#` and control characters replaced, cut to the limit. */
export const toMetricName = (text: string): string => {
  const clean = text.replace(/[#\p{C}\p{Zl}\p{Zp}]/gu, '_');
  let name = clean.slice(0, MAX_METRIC_NAME_LENGTH);
  while (Buffer.byteLength(name) > MAX_METRIC_NAME_LENGTH) name = name.slice(0, -1);
  return name === '' ? 'value' : name;
};

/** The series of a metric with labels: one label names the target, the others follow the metric in braces. */
export const seriesFromLabels = (
  metric: string | undefined,
  labels: Readonly<Record<string, string>>,
  unit?: string,
): ExportSeries => {
  const targetLabel = TARGET_LABELS.find((label) => (labels[label] ?? '') !== '');
  const others = Object.entries(labels).filter(
    ([key, value]) => key !== targetLabel && key !== '__name__' && value !== '',
  );
  const target = targetLabel === undefined ? undefined : toTargetId(labels[targetLabel] ?? '');
  const named = metric === undefined ? undefined : toMetricName(metric + attributesText(others));
  const name = [target, named ?? (attributesText(others) || undefined)].filter((part) => part !== undefined);
  return { name: name.join('/') || 'value', target, metric: named, unit };
};

const SELECTOR = /^([A-Za-z_:][\w:.]*)?\{(.*)\}$/;
const LABEL = /\s*([A-Za-z_][\w.]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(?:,|$)/y;

/** Parses `name{key="value"}`, as Grafana and Prometheus name series; undefined for all other text. */
export const parseSelector = (text: string): ExportSeries | undefined => {
  const [, metric, inner = ''] = SELECTOR.exec(text) ?? [];
  if (!SELECTOR.test(text)) return undefined;
  const labels: [string, string][] = [];
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < inner.length) {
    const match = LABEL.exec(inner);
    if (match === null) return undefined;
    labels.push([match[1]!, match[2]!.replace(/\\(.)/g, '$1')]);
  }
  return seriesFromLabels(metric, Object.fromEntries(labels));
};
