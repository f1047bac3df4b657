/** Watches whether the champion's losses grow beyond those that it had when it was promoted. */

import { median } from '../../shared/maths/averages.ts';
import { logOfLoss } from '../performance/error-sums.ts';
import { addEvidence, type ChangeEvidence, NO_EVIDENCE, strengthOf } from './change-evidence.ts';
import { BASELINE_DAYS, type DailyBaseline, dailyBaseline } from './daily-baseline.ts';
import { type DriftFinding, percentText } from './finding.ts';

/** Losses of one day by series: scaled quantile losses, positive. */
export type DailyLosses = ReadonlyMap<string, number>;

/** The champion's own losses: those of each series in its first weeks, and how far all of them vary together. */
export interface LossBaseline {
  /** Median of ln(loss + 0.01) of each series. */
  readonly bySeries: ReadonlyMap<string, number>;
  /** Of the median difference of all series from their own baseline. */
  readonly daily: DailyBaseline;
}

export interface ConceptSettings {
  /** Rise of the loss that is not worth an alarm, as a share. */
  readonly tolerated: number;
  /** Mean time between false alarms, in days, if losses are as in the baseline. */
  readonly daysBetweenFalseAlarms: number;
  /** Rise of the loss from which drift is critical, as a share. */
  readonly criticalRise: number;
}

export const CONCEPT_SETTINGS: ConceptSettings = {
  tolerated: 0.05,
  daysBetweenFalseAlarms: 1000,
  criticalRise: 0.5,
};

/** A series needs a loss on this share of the baseline's days. */
const ENOUGH_DAYS = 0.5;

/** The baseline of the first days of a champion; null before `BASELINE_DAYS` of them are scored. */
export const lossBaseline = (days: readonly DailyLosses[]): LossBaseline | null => {
  const bySeries = new Map<string, number>();
  for (const id of new Set(days.flatMap((day) => [...day.keys()]))) {
    const losses = days.flatMap((day) => day.get(id) ?? []);
    if (losses.length >= ENOUGH_DAYS * days.length) bySeries.set(id, median(losses.map(logOfLoss)));
  }
  const daily = dailyBaseline(days.map((day) => riseOf(day, bySeries)));
  return daily === null ? null : { bySeries, daily };
};

/** Median over the series of ln(loss / own baseline); NaN without any. */
const riseOf = (day: DailyLosses, bySeries: ReadonlyMap<string, number>): number =>
  median(
    [...day].flatMap(([id, loss]) => {
      const usual = bySeries.get(id);
      return usual === undefined ? [] : [logOfLoss(loss) - usual];
    }),
  );

/** What is kept from day to day. */
export interface ConceptState {
  readonly evidence: ChangeEvidence;
  /** ln(loss / baseline) of the latest days, at most a week. */
  readonly rises: readonly number[];
}

export const NO_CONCEPT_EVIDENCE: ConceptState = { evidence: NO_EVIDENCE, rises: [] };
const WEEK = 7;

/** The state after one more day, in the order of days. A day without known series changes nothing. */
export const watchLosses = (
  state: ConceptState,
  baseline: LossBaseline,
  day: DailyLosses,
  { tolerated }: ConceptSettings = CONCEPT_SETTINGS,
): ConceptState => {
  const rise = riseOf(day, baseline.bySeries);
  if (!Number.isFinite(rise)) return state;
  const expected = baseline.daily.mean + Math.log1p(tolerated);
  return {
    evidence: addEvidence(state.evidence, (rise - expected) / baseline.daily.deviation),
    rises: [...state.rises, rise - baseline.daily.mean].slice(-WEEK),
  };
};

/** The drift that the state shows; null if none. */
export const conceptDrift = (
  { evidence, rises }: ConceptState,
  settings: ConceptSettings = CONCEPT_SETTINGS,
): DriftFinding | null => {
  const strength = strengthOf(evidence);
  const rise = rises.length === 0 ? 0 : Math.expm1(median(rises));
  if (strength < settings.daysBetweenFalseAlarms || rise <= settings.tolerated) return null;
  return {
    kind: 'concept',
    subject: 'the champion',
    severity: rise >= settings.criticalRise ? 'critical' : 'warning',
    figure: rise,
    threshold: settings.tolerated,
    reason: `The champion's loss was ${percentText(rise)} above its own of the first ${BASELINE_DAYS} days, in the median of the last ${rises.length} days.`,
  };
};
