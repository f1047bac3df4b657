/** Finds the metrics of each target that left their usual range during an incident. */

import type { History } from '../../metrics/blocks/block-history.ts';
import type { MetricAspect, MetricMeaning } from '../../metrics/meaning/metric-meaning.ts';
import type { MetricKind } from '../../metrics/series/metric-series.ts';
import { readMetric } from '../../metrics/targets/read-metric.ts';
import { sortedQuantile } from '../../shared/maths/order-statistics.ts';
import type { DiagnosedIncident } from '../incident.ts';
import { subjectOf } from '../members.ts';
import type { DiagnosisRows } from './diagnosis-rows.ts';
import { type RowGrid, type TargetHistory, toRows } from './node-metrics.ts';

/** Number of spreads from the median at which a row counts as deviating. */
const DEVIATING = 5;
/** Upper bound of the deviation of a row: larger ones mean no more. */
const FULL_STRENGTH = 12;
const LATE_PER_ROW = 0.8;
const UNREPORTED = 0.5;
const MIN_NORMAL_ROWS = 12;
/** Rows before the incident's start in which a deviation may begin; earlier ones have another cause. */
const ROWS_BEFORE_START = 6;
const SIGMAS_IN_90_PERCENT = 3.2897;

/** A metric of a target that left its usual range. */
export interface Deviation {
  readonly targetId: string;
  readonly metric: string;
  /** Row of the window in which it began. */
  readonly onset: number;
  /** Mean distance from the median since then, in spreads, at most `FULL_STRENGTH`. */
  readonly strength: number;
  /** True if a signal of the incident is about it: detectors know seasons, which the day before does not show. */
  readonly isReported: boolean;
}

/** The deviations of each target, those with the highest score first. */
export const deviationsByTarget = (
  data: readonly TargetHistory[],
  rows: DiagnosisRows,
  incident: DiagnosedIncident,
): ReadonlyMap<string, readonly Deviation[]> => {
  const reported = reportedBy(incident);
  return new Map(
    data.map(
      (each) => [each.target.targetId, deviationsOf(each, rows, incident.startedAt, reported)] as const,
    ),
  );
};

/** Start of the incident's signals about each target and metric, epoch seconds. */
type Reported = ReadonlyMap<string, ReadonlyMap<string, number>>;

const reportedBy = ({ members }: DiagnosedIncident): Reported => {
  const byTarget = new Map<string, Map<string, number>>();
  for (const member of Object.values(members)) {
    const metrics = byTarget.get(member.targetId) ?? new Map<string, number>();
    byTarget.set(member.targetId, metrics.set(subjectOf(member), member.firstAt));
  }
  return byTarget;
};

const deviationsOf = (
  data: TargetHistory,
  { window, normal }: DiagnosisRows,
  startedAt: number,
  reported: Reported,
): Deviation[] => {
  const rowOf = (at: number) => Math.max(0, Math.floor((at - window.from) / window.stepSeconds));
  const { targetId } = data.target;
  const firstRow = Math.max(0, rowOf(startedAt) - ROWS_BEFORE_START);
  const deviations = [...data.histories.keys()].flatMap((metric): Deviation[] => {
    const { kind, meaning } = readMetric(data.target, metric, data.settings);
    const rows = (grid: RowGrid) => rowsOf(data.histories.get(metric)!, kind, grid);
    const z = zScores(meaning, rows(window), rows(normal));
    const reportedAt = reported.get(targetId)?.get(metric);
    const found = deviationIn(z, firstRow, reportedAt === undefined ? undefined : rowOf(reportedAt));
    return found === undefined ? [] : [{ targetId, metric, ...found }];
  });
  return deviations.sort(
    (a, b) => deviationScore(b, 0) - deviationScore(a, 0) || (a.metric < b.metric ? -1 : 1),
  );
};

const rowsOf = (history: History, kind: MetricKind, grid: RowGrid): Float64Array => {
  if (kind !== 'counter') return toRows(history, grid, kind === 'delta' ? 'sum' : 'mean');
  // A reset counts as no growth, not as growth from zero, which could look like a deviation.
  const growth = history.values.slice(1).map((value, i) => Math.max(0, value - history.values[i]!));
  return toRows({ timestamps: history.timestamps.slice(1), values: growth }, grid, 'sum');
};

const spreadOf = (sorted: Float64Array, median: number): number => {
  const spread = (sortedQuantile(sorted, 0.95) - sortedQuantile(sorted, 0.05)) / SIGMAS_IN_90_PERCENT;
  return Math.max(spread, 1e-3 * Math.abs(median), Number.MIN_VALUE);
};

/** Aspects of which only one direction is bad: freeing disk space does no harm. */
const ONE_SIDED: ReadonlySet<MetricAspect> = new Set([
  'cpu',
  'memory',
  'disk-space',
  'latency',
  'error-share',
]);

/** Distances from the median of `normal`, in its spreads; without sign if both directions are bad. */
const zScores = (
  { aspect, harm }: MetricMeaning,
  values: Float64Array,
  normal: Float64Array,
): Float64Array | undefined => {
  const sorted = normal.filter((value) => !Number.isNaN(value)).sort();
  if (sorted.length < MIN_NORMAL_ROWS) return undefined;
  const median = sortedQuantile(sorted, 0.5);
  const spread = spreadOf(sorted, median);
  const isOneSided = ONE_SIDED.has(aspect);
  return values.map((value) => {
    const move = harm === 'fall' ? median - value : value - median;
    return (isOneSided ? move : Math.abs(move)) / spread;
  });
};

/** The deviation in a metric's z-scores, if any; `reportedRow` is the start of a signal about the metric. */
const deviationIn = (
  z: Float64Array | undefined,
  firstRow: number,
  reportedRow: number | undefined,
): Omit<Deviation, 'targetId' | 'metric'> | undefined => {
  const isReported = reportedRow !== undefined && !hasFallen(z, reportedRow);
  const seen = z?.findIndex((value, row) => row >= firstRow && value >= DEVIATING) ?? -1;
  const hasOwn = z !== undefined && seen !== -1 && !wasOffBefore(z, firstRow);
  if (!hasOwn) return isReported ? { onset: reportedRow, strength: DEVIATING, isReported } : undefined;
  const since = z.subarray(seen).filter((value) => !Number.isNaN(value));
  const strength = since.reduce((sum, value) => sum + Math.min(FULL_STRENGTH, value), 0) / since.length;
  return {
    onset: isReported ? Math.min(seen, reportedRow) : seen,
    strength: isReported ? Math.max(DEVIATING, strength) : strength,
    isReported,
  };
};

/** True for a metric that deviated as much before the incident: it has another cause. */
const wasOffBefore = (z: Float64Array, firstRow: number): boolean => {
  const before = z.subarray(0, firstRow).filter((value) => !Number.isNaN(value));
  return before.length > 0 && sortedQuantile(before.sort(), 0.5) >= DEVIATING;
};

/** True for a metric that stayed below its median, although only a rise would be bad. */
const hasFallen = (z: Float64Array | undefined, fromRow: number): boolean => {
  const since = z?.subarray(fromRow).filter((value) => !Number.isNaN(value)) ?? [];
  return since.length > 0 && since.every((value) => value < 0);
};

/** Weight of a deviation, in [0, 1]: strong, early and reported ones are highest. `firstOnset` is the earliest of all. */
export const deviationScore = ({ onset, strength, isReported }: Deviation, firstOnset: number): number =>
  (isReported ? 1 : UNREPORTED) * (strength / FULL_STRENGTH) * LATE_PER_ROW ** (onset - firstOnset);

/** Evidence line of a deviation. */
export const describeDeviation = ({ metric, strength, isReported }: Deviation): string =>
  isReported && strength <= DEVIATING
    ? `${metric} is one of the incident's signals`
    : `${metric} deviated by ${strength.toFixed(1)} times its usual spread on average`;
