/** Ranks causes from any metrics at all, where no target of the incident reports latency or failures. */

import { type MetricAspect, meaningOf } from '../../metrics/meaning/metric-meaning.ts';
import { sortedQuantile } from '../../shared/maths/order-statistics.ts';
import type { Incident } from '../incident.ts';
import { subjectOf } from '../members.ts';
import type { DiagnosisRows } from './diagnosis-scope.ts';
import { type RowGrid, type TargetHistory, toRows } from './node-metrics.ts';

/** Spreads from the median from which on a row counts as deviating. */
const DEVIATING = 5;
/** Deviations beyond this say no more. */
const FULL_STRENGTH = 12;
const LATE_PER_ROW = 0.8;
const UNREPORTED = 0.5;
const MIN_NORMAL_ROWS = 12;
const SIGMAS_IN_90_PERCENT = 3.2897;

/** How one metric of one target left its usual range. */
export interface Deviation {
  readonly targetId: string;
  readonly metric: string;
  /** Row of the window in which it began. */
  readonly onset: number;
  /** Mean distance from the median since then, in spreads, cut to `FULL_STRENGTH`. */
  readonly strength: number;
  /** A signal of the incident is about it: detectors know seasons, which the day before does not show. */
  readonly isReported: boolean;
}

/** When the incident's signals about each target and metric began, epoch seconds. */
type Reported = ReadonlyMap<string, ReadonlyMap<string, number>>;

const spreadOf = (sorted: Float64Array, median: number): number => {
  const spread = (sortedQuantile(sorted, 0.95) - sortedQuantile(sorted, 0.05)) / SIGMAS_IN_90_PERCENT;
  return Math.max(spread, 1e-3 * Math.abs(median), Number.MIN_VALUE);
};

/** Of these only more is worse; a disk that is cleaned up is no trouble. */
const ONE_SIDED: ReadonlySet<MetricAspect> = new Set([
  'cpu',
  'memory',
  'disk-space',
  'latency',
  'error-share',
]);

/** Distances from the median of `normal` in its spreads; of metrics that may be off either way without their sign. */
const zScores = (metric: string, values: Float64Array, normal: Float64Array): Float64Array | undefined => {
  const sorted = normal.filter((value) => !Number.isNaN(value)).sort();
  if (sorted.length < MIN_NORMAL_ROWS) return undefined;
  const median = sortedQuantile(sorted, 0.5);
  const spread = spreadOf(sorted, median);
  const isOneSided = ONE_SIDED.has(meaningOf(metric).aspect);
  return values.map((value) => (isOneSided ? value - median : Math.abs(value - median)) / spread);
};

/** A metric that is as far off before the incident deviates for a reason of its own. */
const wasOff = (z: Float64Array, firstRow: number): boolean => {
  const before = z.subarray(0, firstRow).filter((value) => !Number.isNaN(value));
  return before.length > 0 && sortedQuantile(before.sort(), 0.5) >= DEVIATING;
};

/** Whether a metric went down where more would be worse. */
const hasFallen = (z: Float64Array | undefined, fromRow: number): boolean => {
  const since = z?.subarray(fromRow).filter((value) => !Number.isNaN(value)) ?? [];
  return since.length > 0 && since.every((value) => value < 0);
};

/** What a metric's distances from its median tell; `reportedRow` is where a signal about it began. */
const deviationIn = (
  z: Float64Array | undefined,
  firstRow: number,
  reportedRow: number | undefined,
): Omit<Deviation, 'targetId' | 'metric'> | undefined => {
  const isReported = reportedRow !== undefined && !hasFallen(z, reportedRow);
  const seen = z?.findIndex((value, row) => row >= firstRow && value >= DEVIATING) ?? -1;
  const isOwn = z !== undefined && seen !== -1 && !wasOff(z, firstRow);
  if (!isOwn) return isReported ? { onset: reportedRow, strength: DEVIATING, isReported } : undefined;
  const since = z.subarray(seen).filter((value) => !Number.isNaN(value));
  const strength = since.reduce((sum, value) => sum + Math.min(FULL_STRENGTH, value), 0) / since.length;
  return {
    onset: isReported ? Math.min(seen, reportedRow) : seen,
    strength: isReported ? Math.max(DEVIATING, strength) : strength,
    isReported,
  };
};

const rowsOf = (data: TargetHistory, metric: string, grid: RowGrid): Float64Array => {
  const history = data.histories.get(metric)!;
  const kind = data.target.metrics[metric]?.kind ?? 'gauge';
  if (kind !== 'counter') return toRows(history, grid, kind === 'delta' ? 'sum' : 'mean');
  const grown = history.values.slice(1).map((value, i) => Math.max(0, value - history.values[i]!));
  return toRows({ timestamps: history.timestamps.slice(1), values: grown }, grid, 'sum');
};

/** The metrics of a target that left their range: those first that tell most, being early, far off or reported. */
const deviationsOf = (
  data: TargetHistory,
  { window, normal }: DiagnosisRows,
  startedAt: number,
  reported: Reported,
): Deviation[] => {
  const rowOf = (at: number) => Math.max(0, Math.floor((at - window.from) / window.stepSeconds));
  const { targetId } = data.target;
  // Rows long before the first signal belong to something else.
  const firstRow = Math.max(0, rowOf(startedAt) - 6);
  const deviations = [...data.histories.keys()].flatMap((metric): Deviation[] => {
    const z = zScores(metric, rowsOf(data, metric, window), rowsOf(data, metric, normal));
    const reportedAt = reported.get(targetId)?.get(metric);
    const found = deviationIn(z, firstRow, reportedAt === undefined ? undefined : rowOf(reportedAt));
    return found === undefined ? [] : [{ targetId, metric, ...found }];
  });
  return deviations.sort((a, b) => scoreOf(b, 0) - scoreOf(a, 0) || (a.metric < b.metric ? -1 : 1));
};

const scoreOf = ({ onset, strength, isReported }: Deviation, first: number): number =>
  (isReported ? 1 : UNREPORTED) * (strength / FULL_STRENGTH) * LATE_PER_ROW ** (onset - first);

const reportedBy = ({ members }: Incident): Reported => {
  const byTarget = new Map<string, Map<string, number>>();
  for (const member of Object.values(members)) {
    const metrics = byTarget.get(member.targetId) ?? new Map<string, number>();
    byTarget.set(member.targetId, metrics.set(subjectOf(member), member.firstAt));
  }
  return byTarget;
};

const lateness = (rows: number, stepSeconds: number): string =>
  rows === 0
    ? 'no other target left its range earlier'
    : `${Math.round((rows * stepSeconds) / 60)} min after the first`;

/** The metrics of each target that left their usual range, those that tell most first. */
export const deviationsByTarget = (
  data: readonly TargetHistory[],
  rows: DiagnosisRows,
  incident: Incident,
): ReadonlyMap<string, readonly Deviation[]> => {
  const reported = reportedBy(incident);
  return new Map(
    data.map(
      (each) => [each.target.targetId, deviationsOf(each, rows, incident.startedAt, reported)] as const,
    ),
  );
};

/** Says how a metric left its usual range. */
export const describeDeviation = ({ metric, strength, isReported }: Deviation): string =>
  isReported && strength <= DEVIATING
    ? `${metric} is one of the incident's signals`
    : `${metric} left its usual range by ${strength.toFixed(1)} times its spread on average`;

/** A target by what its metrics did; `score` in [0, 1]. */
export interface DeviatingTarget {
  readonly node: string;
  readonly score: number;
  readonly evidence: readonly string[];
}

/**
 * Ranks targets by when and how far one of their metrics left its usual range (5th to 95th percentile of the day
 * before): the earliest and farthest first, as a cause does not come late; what no signal of the incident is about
 * counts half. Correlation in time only; it does not know which way harm travels.
 */
export const rankFirstToDeviate = (
  deviations: ReadonlyMap<string, readonly Deviation[]>,
  stepSeconds: number,
): DeviatingTarget[] => {
  const found = [...deviations.values()].flatMap(([strongest]) => strongest ?? []);
  const first = found.reduce((least, { onset }) => Math.min(least, onset), Number.POSITIVE_INFINITY);
  return found
    .map((deviation) => ({
      node: deviation.targetId,
      score: scoreOf(deviation, first),
      evidence: [describeDeviation(deviation), lateness(deviation.onset - first, stepSeconds)],
    }))
    .sort((a, b) => b.score - a.score || (a.node < b.node ? -1 : 1));
};
