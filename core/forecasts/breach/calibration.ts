import type { Recurrence } from './recurrence.ts';

/** Logistic calibration of the breach probability (Platt 1999), fitted on backtests of VMs kept for tuning. */
interface Calibration {
  readonly intercept: number;
  /** Weight of the log-odds of the most likely step. */
  readonly forecast: number;
  /** Weight of the log-odds that past excursions imply. */
  readonly history: number;
}

/** Fitted on 4,489 thresholds of Bitbrains series outside the published tasks (Brier 0.133, base rate 0.236). */
const WITH_RATE: Calibration = { intercept: 0.622, forecast: 0.379, history: 0.431 };
const WITHOUT_HISTORY: Calibration = { intercept: 0.652, forecast: 0.328, history: 0 };
/**
 * Fitted on 9,100 thresholds of Bitbrains series outside the published tasks: Brier 0.096, 0.117 with the rate alone;
 * on the published tasks 0.108 and 0.138.
 */
const WITH_RECURRENCE = { intercept: 0.35, forecast: 0.14, daily: 0.56, quiet: -0.42 } as const;
const CERTAINTY = 1e-4;

const logOdds = (p: number): number => {
  const inside = Math.min(1 - CERTAINTY, Math.max(CERTAINTY, p));
  return Math.log(inside / (1 - inside));
};

const logistic = (odds: number): number => 1 / (1 + Math.exp(-odds));

/** Past excursions: their rate (as a probability within the horizon), and how they recur if the history is long enough. */
export interface PastExcursions {
  readonly rate: number;
  readonly recurrence: Recurrence | null;
}

const oddsOf = (likeliestStep: number, past: PastExcursions | null): number => {
  if (past !== null && past.recurrence !== null) {
    const { intercept, forecast, daily, quiet } = WITH_RECURRENCE;
    const { dailyShare, quietHorizons } = past.recurrence;
    return (
      intercept +
      forecast * logOdds(likeliestStep) +
      daily * logOdds(dailyShare) +
      quiet * Math.log(quietHorizons)
    );
  }
  const { intercept, forecast, history } = past === null ? WITHOUT_HISTORY : WITH_RATE;
  return intercept + forecast * logOdds(likeliestStep) + history * logOdds(past?.rate ?? 0.5);
};

/**
 * Probability of at least one crossing, from that of the most likely step and, if known, past excursions. At least that
 * of the most likely step: a union is at least as likely as each of its parts.
 */
export const calibrate = (likeliestStep: number, past: PastExcursions | null): number =>
  Math.max(likeliestStep, logistic(oddsOf(likeliestStep, past)));
