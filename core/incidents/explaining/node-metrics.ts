/** Converts stored metrics of any name into the request metrics that diagnosis reads. */

import type { History } from '../../metrics/blocks/block-history.ts';
import { type MetricMeaning, wordsOf } from '../../metrics/meaning/metric-meaning.ts';
import type { MetricKind } from '../../metrics/series/metric-series.ts';
import { readMetric } from '../../metrics/targets/read-metric.ts';
import type { Target } from '../../metrics/targets/target.ts';
import type { Settings } from '../../platform/settings/settings.ts';
import type { NodeMetrics } from '../diagnosis/metric-window.ts';

/** Rows of equal length; the first starts at `from` (epoch seconds). */
export interface RowGrid {
  readonly from: number;
  readonly stepSeconds: number;
  readonly rows: number;
}

/** A target and the history of each of its metrics. */
export interface TargetHistory {
  readonly target: Pick<Target, 'targetId' | 'metrics'>;
  /** Of the tenant; none if omitted. */
  readonly settings?: Settings;
  readonly histories: ReadonlyMap<string, History>;
}

const AVAILABILITY = /\b(availability|success (rate|ratio|percent|pct))\b/;
const PER_SECOND = /\b(rate|rps|qps|throughput|per second)\b/;
/** Of several metrics with one meaning, the one closest to a mean over all requests is preferred. */
const PREFERRED = [
  /\b(avg|average|mean)\b/,
  /\b(p50|median)\b/,
  /^(?!.*\b(p\d\d+|max|maximum|min|minimum)\b)/,
];

type Combine = 'mean' | 'sum';

/** Growth of a counter between readings, dated to the later one. A falling counter was reset to zero. */
const increments = ({ timestamps, values }: History): History => ({
  timestamps: timestamps.slice(1),
  values: values.slice(1).map((value, i) => (value < values[i]! ? value : value - values[i]!)),
});

/** Combines the points of each row; a row without points is NaN. */
export const toRows = ({ timestamps, values }: History, grid: RowGrid, combine: Combine): Float64Array => {
  const sums = new Float64Array(grid.rows);
  const counts = new Float64Array(grid.rows);
  for (const [i, at] of timestamps.entries()) {
    const row = Math.floor((at - grid.from) / grid.stepSeconds);
    if (row < 0 || row >= grid.rows || !Number.isFinite(values[i]!)) continue;
    sums[row]! += values[i]!;
    counts[row]!++;
  }
  return sums.map((sum, row) => {
    if (counts[row] === 0) return Number.NaN;
    return combine === 'sum' ? sum : sum / counts[row]!;
  });
};

interface Candidate {
  readonly name: string;
  readonly kind: MetricKind;
  readonly unit: string | undefined;
  readonly meaning: MetricMeaning;
  readonly words: string;
  readonly history: History;
}

const candidatesOf = ({ target, histories, settings }: TargetHistory): Candidate[] =>
  [...histories].map(([name, history]) => ({
    name,
    ...readMetric(target, name, settings),
    words: wordsOf(name).join(' '),
    history,
  }));

const preference = ({ words }: Candidate): number => {
  const at = PREFERRED.findIndex((pattern) => pattern.test(words));
  return at === -1 ? PREFERRED.length : at;
};

const pick = (
  candidates: readonly Candidate[],
  fits: (candidate: Candidate) => boolean,
): Candidate | undefined =>
  candidates
    .filter(fits)
    .sort(
      (a, b) => preference(a) - preference(b) || a.name.length - b.name.length || (a.name < b.name ? -1 : 1),
    )[0];

const aspectIs = (aspect: string) => (candidate: Candidate) => candidate.meaning.aspect === aspect;

/** Latency in seconds. An unknown unit is taken for seconds. */
const latencyRows = (candidates: readonly Candidate[], grid: RowGrid): Float64Array | null => {
  const found = pick(candidates, (c) => c.kind === 'gauge' && aspectIs('latency')(c));
  if (found === undefined) return null;
  const { scale } = found.meaning;
  const perSecond = scale.kind === 'seconds' ? scale.perSecond : 1;
  return toRows(found.history, grid, 'mean').map((value) => value / perSecond);
};

const asPercent = (values: Float64Array, isRatio: boolean): Float64Array =>
  isRatio ? values.map((value) => 100 * value) : values;

/** Percentage of requests that succeeded, from an availability metric or from a share of errors. */
const availabilityRows = (candidates: readonly Candidate[], grid: RowGrid): Float64Array | null => {
  const own = pick(candidates, ({ words }) => AVAILABILITY.test(words));
  if (own !== undefined) {
    const values = toRows(own.history, grid, 'mean');
    return asPercent(values, own.unit !== '%' && values.every((value) => !(value > 1)));
  }
  const errors = pick(candidates, aspectIs('error-share'));
  if (errors === undefined) return null;
  const values = toRows(errors.history, grid, 'mean');
  const { kind } = errors.meaning.scale;
  const isRatio = kind === 'ratio' || (kind === 'unknown' && values.every((value) => !(value > 1)));
  return asPercent(values, isRatio).map((share) => 100 - share);
};

const requestRows = (candidates: readonly Candidate[], grid: RowGrid): Float64Array | null => {
  const found = pick(candidates, aspectIs('request-rate'));
  if (found === undefined) return null;
  if (found.kind === 'counter') return toRows(increments(found.history), grid, 'sum');
  if (found.kind === 'gauge' && PER_SECOND.test(found.words)) {
    return toRows(found.history, grid, 'mean').map((rate) => rate * grid.stepSeconds);
  }
  return toRows(found.history, grid, 'sum');
};

/** True for metrics of which `nodeMetricsOf` may choose. */
export const isRequestMetric = (data: Omit<TargetHistory, 'histories'>, metric: string): boolean => {
  const { aspect } = readMetric(data.target, metric, data.settings).meaning;
  return (
    ['latency', 'error-share', 'request-rate'].includes(aspect) ||
    AVAILABILITY.test(wordsOf(metric).join(' '))
  );
};

/** The request metrics of a target on the rows of a grid, recognized by the names and units of its metrics. */
export const nodeMetricsOf = (data: TargetHistory, grid: RowGrid): NodeMetrics => {
  const candidates = candidatesOf(data);
  return {
    latency: latencyRows(candidates, grid),
    availability: availabilityRows(candidates, grid),
    requests: requestRows(candidates, grid),
  };
};
