import type { HarmMetric } from './diagnosis-target.ts';
import type { NodeMetrics } from './metric-window.ts';
import { badness, learnNormal, type NormalBehaviour } from './normal-behaviour.ts';
import { MIN_NORMAL_ROWS } from './traffic-share.ts';

const WEIGHT_OF_PRE_ALARM = 0.7;

/** The harm that one node added to the incident, and the baseline it was measured against. */
export interface NodeHarm {
  /** Baseline: seconds per request, or share of failed requests. */
  readonly base: number;
  /** Busy seconds or failed requests above the base, one value per row; 0 for rows without a measurement. */
  readonly harm: Float64Array;
  /** Latency or failure rate itself, one value per row; NaN for rows without a measurement. */
  readonly badness: Float64Array;
  readonly normal: NormalBehaviour | null;
  /** True if the node appeared with the incident: it has no value before the alarm and too few normal rows. */
  readonly isNew: boolean;
}

const meanBefore = (values: Float64Array, before: readonly boolean[]): number | null => {
  const measured = Array.from(values).filter((value, row) => before[row] === true && !Number.isNaN(value));
  return measured.length === 0 ? null : measured.reduce((sum, value) => sum + value, 0) / measured.length;
};

const blend = (preAlarm: number | null, median: number | null): number => {
  if (preAlarm === null) return median ?? 0;
  return median === null ? preAlarm : WEIGHT_OF_PRE_ALARM * preAlarm + (1 - WEIGHT_OF_PRE_ALARM) * median;
};

/**
 * Harm in a unit that adds up along calls: added busy time (requests x added latency) or added failures (requests x
 * added error rate). Without request counts each row counts as one request. Null if the metric was never sent.
 */
export const addedHarm = (
  metrics: NodeMetrics | undefined,
  normalMetrics: NodeMetrics | undefined,
  metric: HarmMetric,
  before: readonly boolean[],
): NodeHarm | null => {
  const values = metrics === undefined ? null : badness(metrics, metric);
  if (metrics === undefined || values === null) return null;
  const normal = learnNormal(normalMetrics, metric);
  const preAlarm = meanBefore(values, before);
  const base = blend(preAlarm, normal?.median ?? null);
  const harm = values.map((value, row) => {
    const added = (metrics.requests?.[row] ?? 1) * (value - base);
    return Number.isNaN(added) ? 0 : added;
  });
  const isNew = preAlarm === null && (normal?.rows ?? 0) < MIN_NORMAL_ROWS;
  return { base, harm, badness: values, normal, isNew };
};
