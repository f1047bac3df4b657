/** Ranks causes from any metrics at all, where no target of the incident reports latency or failures. */
import type { RankedCause } from '../diagnosis/diagnose.ts';
import { sortedQuantile } from '../diagnosis/normal-behaviour.ts';
import type { DiagnosisRows } from './diagnosis-scope.ts';
import { type RowGrid, type TargetHistory, toRows } from './node-metrics.ts';

/** Spreads from the median from which on a row counts as deviating. */
const DEVIATING = 5;
/** Deviations beyond this say no more. */
const FULL_STRENGTH = 12;
const LATE_PER_ROW = 0.8;
const MIN_NORMAL_ROWS = 12;
/** Not calibrated on known incidents, so never surer than this. */
const HIGHEST_CONFIDENCE = 0.5;
const SIGMAS_IN_90_PERCENT = 3.2897;

/** How one metric of one target left its usual range. */
interface Deviation {
  readonly targetId: string;
  readonly metric: string;
  /** Row of the window in which it began. */
  readonly onset: number;
  /** Mean distance from the median since then, in spreads, cut to `FULL_STRENGTH`. */
  readonly strength: number;
}

const spreadOf = (sorted: Float64Array, median: number): number => {
  const spread = (sortedQuantile(sorted, 0.95) - sortedQuantile(sorted, 0.05)) / SIGMAS_IN_90_PERCENT;
  return Math.max(spread, 1e-3 * Math.abs(median), Number.MIN_VALUE);
};

const zScores = (values: Float64Array, normal: Float64Array): Float64Array | undefined => {
  const sorted = normal.filter((value) => !Number.isNaN(value)).sort();
  if (sorted.length < MIN_NORMAL_ROWS) return undefined;
  const median = sortedQuantile(sorted, 0.5);
  const spread = spreadOf(sorted, median);
  return values.map((value) => Math.abs(value - median) / spread);
};

const deviationOf = (
  targetId: string,
  metric: string,
  z: Float64Array,
  firstRow: number,
): Deviation | undefined => {
  const onset = z.findIndex((value, row) => row >= firstRow && value >= DEVIATING);
  if (onset === -1) return undefined;
  const since = z.subarray(onset).filter((value) => !Number.isNaN(value));
  const strength = since.reduce((sum, value) => sum + Math.min(FULL_STRENGTH, value), 0) / since.length;
  return { targetId, metric, onset, strength };
};

const rowsOf = (data: TargetHistory, metric: string, grid: RowGrid): Float64Array => {
  const history = data.histories.get(metric)!;
  const kind = data.target.metrics[metric]?.kind ?? 'gauge';
  if (kind !== 'counter') return toRows(history, grid, kind === 'delta' ? 'sum' : 'mean');
  const grown = history.values.slice(1).map((value, i) => Math.max(0, value - history.values[i]!));
  return toRows({ timestamps: history.timestamps.slice(1), values: grown }, grid, 'sum');
};

/** The metric of each target that tells most: the earliest of those that left their range, then the strongest. */
const strongestOf = (data: TargetHistory, { window, normal }: DiagnosisRows, startedAt: number) => {
  // Rows long before the first signal belong to something else.
  const firstRow = Math.max(0, Math.floor((startedAt - window.from) / window.stepSeconds) - 6);
  const deviations = [...data.histories.keys()].flatMap((metric): Deviation[] => {
    const z = zScores(rowsOf(data, metric, window), rowsOf(data, metric, normal));
    const found = z && deviationOf(data.target.targetId, metric, z, firstRow);
    return found === undefined ? [] : [found];
  });
  return deviations.sort((a, b) => scoreOf(b, 0) - scoreOf(a, 0) || (a.metric < b.metric ? -1 : 1))[0];
};

const scoreOf = ({ onset, strength }: Deviation, first: number): number =>
  (strength / FULL_STRENGTH) * LATE_PER_ROW ** (onset - first);

const lateness = (rows: number, stepSeconds: number): string =>
  rows === 0
    ? 'no other target left its range earlier'
    : `${Math.round((rows * stepSeconds) / 60)} min after the first`;

/**
 * Ranks targets by when and how far one of their metrics left its usual range (5th to 95th percentile of the day
 * before): the earliest and farthest first, as a cause does not come late. Correlation in time only; it does not know
 * which way harm travels.
 */
export const rankFirstToDeviate = (
  data: readonly TargetHistory[],
  rows: DiagnosisRows,
  startedAt: number,
): RankedCause[] => {
  const found = data.flatMap((each) => strongestOf(each, rows, startedAt) ?? []);
  const first = found.reduce((least, { onset }) => Math.min(least, onset), Number.POSITIVE_INFINITY);
  const ranked = found
    .map((deviation) => ({ deviation, score: scoreOf(deviation, first) }))
    .sort((a, b) => b.score - a.score || (a.deviation.targetId < b.deviation.targetId ? -1 : 1));
  const sum = ranked.reduce((total, { score }) => total + score, 0);
  return ranked.map(({ deviation: { targetId, metric, onset, strength }, score }) => ({
    node: targetId,
    score,
    confidence: (HIGHEST_CONFIDENCE * score) / sum,
    evidence: [
      `${metric} left its usual range by ${strength.toFixed(1)} times its spread on average`,
      lateness(onset - first, rows.window.stepSeconds),
    ],
  }));
};
