/** Watches whether the bands of the champion's forecasts still cover the share of values that they covered. */

import { mean } from '../../shared/maths/averages.ts';
import { addEvidence, type ChangeEvidence, NO_EVIDENCE, strengthOf } from './change-evidence.ts';
import type { DailyBaseline } from './daily-baseline.ts';
import { type DriftFinding, percentText } from './finding.ts';

export interface CalibrationSettings {
  /** Change of the covered share that is not worth an alarm. */
  readonly tolerated: number;
  /** Mean time between false alarms in either direction, in days, if the bands cover as in the baseline. */
  readonly daysBetweenFalseAlarms: number;
  /** Change of the covered share from which drift is critical. */
  readonly criticalChange: number;
}

export const CALIBRATION_SETTINGS: CalibrationSettings = {
  tolerated: 0.02,
  daysBetweenFalseAlarms: 1000,
  criticalChange: 0.15,
};

/** What is kept from day to day: evidence that the bands are too narrow or too wide, and the latest shares. */
export interface CalibrationState {
  readonly narrow: ChangeEvidence;
  readonly wide: ChangeEvidence;
  readonly covered: readonly number[];
}

export const NO_CALIBRATION_EVIDENCE: CalibrationState = {
  narrow: NO_EVIDENCE,
  wide: NO_EVIDENCE,
  covered: [],
};
const WEEK = 7;

/** The state after one more day. `covered`: share of the day's values inside p10-p90; NaN (no values) changes nothing. */
export const watchCoverage = (
  state: CalibrationState,
  baseline: DailyBaseline,
  covered: number,
  { tolerated }: CalibrationSettings = CALIBRATION_SETTINGS,
): CalibrationState => {
  if (!Number.isFinite(covered)) return state;
  const below = (baseline.mean - covered - tolerated) / baseline.deviation;
  const above = (covered - baseline.mean - tolerated) / baseline.deviation;
  return {
    narrow: addEvidence(state.narrow, below),
    wide: addEvidence(state.wide, above),
    covered: [...state.covered, covered].slice(-WEEK),
  };
};

/** The drift that the state shows; null if none. */
export const calibrationDrift = (
  state: CalibrationState,
  baseline: DailyBaseline,
  settings: CalibrationSettings = CALIBRATION_SETTINGS,
): DriftFinding | null => {
  // Two directions are watched: twice the evidence is needed for the same time between false alarms.
  const bar = 2 * settings.daysBetweenFalseAlarms;
  const covered = mean(state.covered);
  const isNarrow = strengthOf(state.narrow) >= bar && covered < baseline.mean - settings.tolerated;
  const isWide = strengthOf(state.wide) >= bar && covered > baseline.mean + settings.tolerated;
  if (!isNarrow && !isWide) return null;
  const change = Math.abs(covered - baseline.mean);
  return {
    kind: 'calibration',
    subject: 'the 80 % bands',
    severity: change >= settings.criticalChange ? 'critical' : 'warning',
    figure: covered,
    threshold: baseline.mean + (isNarrow ? -1 : 1) * settings.tolerated,
    reason: `The 80 % bands are too ${isNarrow ? 'narrow' : 'wide'}: they covered ${percentText(covered)} of the values in the last ${state.covered.length} days, and ${percentText(baseline.mean)} after the promotion.`,
  };
};
