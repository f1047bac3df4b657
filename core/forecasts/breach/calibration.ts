/** Logistic calibration of the breach probability (Platt 1999), fitted on backtests of VMs kept for tuning. */
interface Calibration {
  readonly intercept: number;
  /** Weight of the log-odds of the most likely step. */
  readonly forecast: number;
  /** Weight of the log-odds that past excursions imply. */
  readonly history: number;
}

/** Fitted on 4,489 thresholds of Bitbrains series outside the published tasks (Brier 0.133, base rate 0.236). */
const WITH_HISTORY: Calibration = { intercept: 0.622, forecast: 0.379, history: 0.431 };
const WITHOUT_HISTORY: Calibration = { intercept: 0.652, forecast: 0.328, history: 0 };
const CERTAINTY = 1e-4;

const logOdds = (p: number): number => {
  const inside = Math.min(1 - CERTAINTY, Math.max(CERTAINTY, p));
  return Math.log(inside / (1 - inside));
};

/**
 * Probability of at least one crossing, from that of the most likely step and, if known, the past rate of excursions.
 * At least that of the most likely step: a union is at least as likely as each of its parts.
 */
export const calibrate = (likeliestStep: number, byHistory: number | null): number => {
  const { intercept, forecast, history } = byHistory === null ? WITHOUT_HISTORY : WITH_HISTORY;
  const odds = intercept + forecast * logOdds(likeliestStep) + history * logOdds(byHistory ?? 0.5);
  return Math.max(likeliestStep, 1 / (1 + Math.exp(-odds)));
};
