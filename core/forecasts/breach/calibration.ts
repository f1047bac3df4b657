/** Logistic calibration of the breach probability (Platt 1999), fitted on backtests of VMs kept for tuning. */
interface Calibration {
  readonly intercept: number;
  /** Weight of the log-odds of the likeliest single step. */
  readonly forecast: number;
  /** Weight of the log-odds that past excursions imply. */
  readonly history: number;
}

/** Fitted on 4,489 thresholds of Bitbrains series that no published task uses (Brier 0.133, base rate 0.236). */
const WITH_HISTORY: Calibration = { intercept: 0.622, forecast: 0.379, history: 0.431 };
const WITHOUT_HISTORY: Calibration = { intercept: 0.652, forecast: 0.328, history: 0 };
const CERTAINTY = 1e-4;

const logOdds = (p: number): number => {
  const inside = Math.min(1 - CERTAINTY, Math.max(CERTAINTY, p));
  return Math.log(inside / (1 - inside));
};

/**
 * Probability of at least one crossing from that of the likeliest step and, where known, from the past rate of
 * excursions. Never less than the likeliest step's own: a union cannot be less likely than its parts.
 */
export const calibrate = (likeliestStep: number, byHistory: number | null): number => {
  const { intercept, forecast, history } = byHistory === null ? WITHOUT_HISTORY : WITH_HISTORY;
  const odds = intercept + forecast * logOdds(likeliestStep) + history * logOdds(byHistory ?? 0.5);
  return Math.max(likeliestStep, 1 / (1 + Math.exp(-odds)));
};
