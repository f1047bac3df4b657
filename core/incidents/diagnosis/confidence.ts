/** How nodes were ranked: with graph and request counts, with a graph alone, or without a graph. */
export type RankingMethod = 'excess-blame' | 'relative-blame' | 'correlation';
/** Methods whose confidence is calibrated: those, and who left the usual range first where there is no harm to follow. */
export type CalibratedMethod = RankingMethod | 'first-to-deviate';

/** How one ranking method's lead turns into a probability. */
export interface Calibration {
  readonly intercept: number;
  readonly slope: number;
  /** Lead over the second as it is, or as a part of the first score. */
  readonly isRelative: boolean;
  /** No answer is given more: what real incidents allow, which differ from made-up ones. */
  readonly ceiling: number;
}

/**
 * Logistic regressions of "the first answer is right" on its lead over the second, fitted by
 * bench/diagnose/fit-confidence.ts on made-up faults of the low-traffic half and checked on the high-traffic half;
 * `first-to-deviate` on simulated ones, which alone have faults without harm to requests.
 * Ceilings come from real incidents: docs/adr/0006-diagnosis.md.
 */
export const CALIBRATIONS: Readonly<Record<CalibratedMethod, Calibration>> = {
  'excess-blame': { intercept: -0.61, slope: 7.46, isRelative: false, ceiling: 0.97 },
  'relative-blame': { intercept: 0.09, slope: 9.02, isRelative: false, ceiling: 0.75 },
  correlation: { intercept: -0.33, slope: 2.91, isRelative: true, ceiling: 0.85 },
  'first-to-deviate': { intercept: -1.38, slope: 10.83, isRelative: true, ceiling: 0.8 },
};

/** What confidence is read from: the first score's lead over the second, as it is or as a part of the first. */
export const leadOf = (scores: readonly number[], isRelative: boolean): number => {
  const first = Math.max(0, scores[0] ?? 0);
  const lead = first - Math.max(0, scores[1] ?? 0);
  return isRelative ? lead / Math.max(first, Number.EPSILON) : lead;
};

/**
 * Probability of each ranked node to be the cause, given all scores in ranked order. The first one's is calibrated; the
 * others share what is left by their scores. All together at most 1; nothing scored: shared evenly.
 */
export const confidences = (method: CalibratedMethod, scores: readonly number[]): number[] => {
  if (scores.length === 0) return [];
  const { intercept, slope, isRelative, ceiling } = CALIBRATIONS[method];
  const odds = Math.exp(intercept + slope * leadOf(scores, isRelative));
  const first = scores[0]! > 0 ? Math.min(ceiling, odds / (1 + odds)) : 1 / scores.length;
  const rest = scores.slice(1).map((score) => Math.max(0, score));
  const sum = rest.reduce((a, b) => a + b, 0);
  const share = (score: number) => (sum > 0 ? score / sum : 1 / rest.length);
  return [first, ...rest.map((score) => Math.min(first, (1 - first) * share(score)))];
};
