import { AlertStage } from '../../../core/anomalies/engine/alert-stage.ts';
import {
  alertStageOptions,
  type DetectorVariant,
  THRESHOLDS,
} from '../../../core/anomalies/engine/detector-options.ts';
import { median } from '../../../core/shared/maths/averages.ts';
import { DAY_SECONDS } from '../../../core/shared/time.ts';
import { seededRandom } from '../../shared/seeded-random.ts';
import { detectSeries } from '../detect-series.ts';
import {
  FAULT_KINDS,
  type FaultKind,
  type FaultySeries,
  injectFault,
  type SpreadRule,
  suits,
} from './inject-faults.ts';
import type { CleanSeries } from './simulate-series.ts';
import { vusPr } from './vus-pr.ts';

const MONTH_SECONDS = 30 * DAY_SECONDS;
/** Rows after a fault's end in which an alert still counts as its detection. */
const GRACE_ROWS = 12;
const HIGHEST_THRESHOLD = 12;

/** Detection of one kind of fault. */
export interface KindFigures {
  readonly injected: number;
  readonly detectionRate: number;
  /** Detection rate at the product's own threshold (sensitivity `precise`). */
  readonly detectionRateAsShipped: number;
  /** From the onset to the first alert, over those found. */
  readonly medianDelayMinutes: number;
  /** Mean VUS-PR of the continuous score (a random score gets the share of faulty rows). */
  readonly vusPr: number;
  readonly faultyShare: number;
}

/** All kinds, at the threshold that gives one false alarm per metric and month on the series without faults. */
export interface InjectedFigures {
  readonly series: number;
  readonly threshold: number;
  readonly falseAlarmsPerMetricMonth: number;
  /** False alarms at the product's own threshold (sensitivity `precise`). */
  readonly falseAlarmsAsShipped: number;
  readonly kinds: Record<FaultKind, KindFigures>;
}

const months = ({ timestamps }: CleanSeries): number =>
  (timestamps[timestamps.length - 1]! - timestamps[0]!) / MONTH_SECONDS;

/** The score before the alert stage: without alerts, no budget is subtracted. */
const rawScores = ({ timestamps, values }: CleanSeries, variant: DetectorVariant): Float64Array =>
  detectSeries(timestamps, values, { variant, threshold: Number.POSITIVE_INFINITY }).scores;

/** Rows that alert at a threshold, by the product's own alert stage. */
const alertRows = (timestamps: Float64Array, raw: Float64Array, threshold: number): number[] => {
  const stage = new AlertStage({ ...alertStageOptions({}), threshold });
  const rows: number[] = [];
  for (let row = 0; row < raw.length; row++) {
    if (stage.next(timestamps[row]!, raw[row]!) >= threshold) rows.push(row);
  }
  return rows;
};

/** Alerts per metric and month at a threshold. */
const alarmRate = (
  clean: readonly CleanSeries[],
  raw: readonly Float64Array[],
  threshold: number,
): number => {
  const all = clean.reduce((sum, series) => sum + months(series), 0);
  return (
    clean.reduce((sum, { timestamps }, i) => sum + alertRows(timestamps, raw[i]!, threshold).length, 0) / all
  );
};

/** Smallest threshold (to 0.01) with at most one false alarm per metric and month, found by bisection. */
const thresholdForOneAMonth = (clean: readonly CleanSeries[], raw: readonly Float64Array[]): number => {
  let low = 0;
  let high = HIGHEST_THRESHOLD;
  while (high - low > 0.01) {
    const middle = (low + high) / 2;
    if (alarmRate(clean, raw, middle) > 1) low = middle;
    else high = middle;
  }
  return high;
};

const figuresOf = (
  faulty: readonly FaultySeries[],
  variant: DetectorVariant,
  threshold: number,
): KindFigures => {
  const delays: number[] = [];
  let asShipped = 0;
  let vus = 0;
  let share = 0;
  for (const series of faulty) {
    const { timestamps, onset, end } = series;
    const raw = rawScores(series, variant);
    const firstAt = (bar: number): number | undefined =>
      alertRows(timestamps, raw, bar).find((row) => row >= onset && row <= end + GRACE_ROWS);
    const found = firstAt(threshold);
    if (firstAt(THRESHOLDS[variant].precise) !== undefined) asShipped++;
    if (found !== undefined) delays.push((timestamps[found]! - timestamps[onset]!) / 60);
    vus += vusPr(raw, [{ first: onset, last: end }]);
    share += (end - onset + 1) / raw.length;
  }
  const injected = faulty.length;
  return {
    injected,
    detectionRate: delays.length / injected,
    detectionRateAsShipped: asShipped / injected,
    medianDelayMinutes: median(delays),
    vusPr: vus / injected,
    faultyShare: share / injected,
  };
};

/** Injects every kind of fault into every series, at a seeded row between 40 % and 85 % of it; heights by `rule`. */
export const injectedFigures = (
  clean: readonly CleanSeries[],
  variant: DetectorVariant,
  seed: number,
  rule: SpreadRule = 'quartiles',
): InjectedFigures => {
  const raw = clean.map((series) => rawScores(series, variant));
  const threshold = thresholdForOneAMonth(clean, raw);
  const random = seededRandom(seed);
  const kinds: Partial<Record<FaultKind, KindFigures>> = {};
  for (const kind of FAULT_KINDS) {
    const suitable = clean.filter((series) => suits(kind, series));
    const faulty = suitable.map((series, i) => {
      const onset = Math.floor(series.values.length * (0.4 + 0.45 * random()));
      return injectFault(series, kind, onset, seed + i, rule);
    });
    kinds[kind] = figuresOf(faulty, variant, threshold);
  }
  return {
    series: clean.length,
    threshold,
    falseAlarmsPerMetricMonth: alarmRate(clean, raw, threshold),
    falseAlarmsAsShipped: alarmRate(clean, raw, THRESHOLDS[variant].precise),
    kinds: kinds as Record<FaultKind, KindFigures>,
  };
};
