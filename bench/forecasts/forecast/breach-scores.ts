import { assessBreach, WARNS_AT } from '../../../core/forecasts/breach/assess-breach.ts';
import { resolveThreshold } from '../../../core/forecasts/breach/resolve-threshold.ts';
import { isBeyond } from '../../../core/forecasts/resolved-threshold.ts';
import { mean, upperMedian } from '../../../core/shared/maths/averages.ts';
import type { ScoredTask } from './score-tasks.ts';

/** Quantiles of a series' history that serve as its thresholds: rare, very rare, never exceeded. */
const HISTORY_QUANTILES = [0.95, 0.99, 1];
/** Even odds, the probability from which the product warns of such limits, and near certainty. */
const ALARM_PROBABILITIES = [0.5, WARNS_AT.historical, 0.85];
const BINS = 10;

interface Case {
  readonly probability: number;
  readonly crossed: boolean;
  /** Seconds from the forecast's start to the first real crossing. */
  readonly leadSeconds: number;
  readonly medianError: number;
}

/** Quality of alarms at one probability. */
export interface AlarmFigures {
  readonly probability: number;
  readonly alarms: number;
  readonly precision: number;
  readonly recall: number;
  /** Share of all cases in which the alarm, or its absence, was right. */
  readonly accuracy: number;
  readonly medianLeadMinutes: number;
}

/** One row of the reliability table. */
export interface ReliabilityRow {
  readonly from: number;
  readonly to: number;
  readonly cases: number;
  readonly meanProbability: number;
  readonly crossedShare: number;
}

export interface BreachFigures {
  readonly cases: number;
  readonly baseRate: number;
  readonly brier: number;
  /** 1 - Brier score relative to that of always forecasting the base rate. */
  readonly brierSkill: number;
  readonly alarms: readonly AlarmFigures[];
  readonly reliability: readonly ReliabilityRow[];
}

/** Thresholds of one task that are not already crossed in the last step. */
const casesOf = ({ task, forecast }: ScoredTask): Case[] =>
  HISTORY_QUANTILES.flatMap((quantile) => {
    const threshold = resolveThreshold({ kind: 'historical', direction: 'above', quantile }, task.history);
    if (isBeyond(task.history.values.at(-1)!, threshold)) return [];
    const risk = assessBreach(forecast, threshold, task.history);
    const first = task.actual.findIndex((value) => isBeyond(value, threshold));
    const leadSeconds = (first + 1) * task.history.stepSeconds;
    const medianError = (risk.timeToImpactSeconds?.p50 ?? Number.NaN) - leadSeconds;
    return [{ probability: risk.probability, crossed: first >= 0, leadSeconds, medianError }];
  });

const alarmsAt = (cases: readonly Case[], probability: number): AlarmFigures => {
  const raised = cases.filter((item) => item.probability >= probability);
  const right = raised.filter((item) => item.crossed);
  const crossed = cases.filter((item) => item.crossed).length;
  const wrong = raised.length - right.length + crossed - right.length;
  return {
    probability,
    alarms: raised.length,
    precision: right.length / raised.length,
    recall: right.length / crossed,
    accuracy: 1 - wrong / cases.length,
    medianLeadMinutes: upperMedian(right.map((item) => item.leadSeconds / 60)),
  };
};

const reliability = (cases: readonly Case[]): ReliabilityRow[] =>
  Array.from({ length: BINS }, (_, b) => {
    const [from, to] = [b / BINS, (b + 1) / BINS];
    const inside = cases.filter(
      (item) => item.probability >= from && (item.probability < to || b === BINS - 1),
    );
    return {
      from,
      to,
      cases: inside.length,
      meanProbability: mean(inside.map((item) => item.probability)),
      crossedShare: mean(inside.map((item) => Number(item.crossed))),
    };
  });

/** Breach alarms and reliability on real threshold crossings within the tasks' horizons. */
export const scoreBreaches = (scored: readonly ScoredTask[]): BreachFigures => {
  const cases = scored.flatMap(casesOf);
  const baseRate = mean(cases.map((item) => Number(item.crossed)));
  const brier = mean(cases.map((item) => (item.probability - Number(item.crossed)) ** 2));
  return {
    cases: cases.length,
    baseRate,
    brier,
    brierSkill: 1 - brier / (baseRate * (1 - baseRate)),
    alarms: ALARM_PROBABILITIES.map((probability) => alarmsAt(cases, probability)),
    reliability: reliability(cases),
  };
};
