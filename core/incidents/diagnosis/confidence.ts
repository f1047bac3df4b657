/** Methods of ranking: with graph and request counts, with a graph only, or without a graph. */
export type RankingMethod = 'excess-blame' | 'relative-blame' | 'correlation';
/** Methods with a calibrated confidence: those, and ranking by order of deviation if there is no harm to trace. */
export type CalibratedMethod = RankingMethod | 'first-to-deviate';

/** Converts the lead of a ranking method into a probability. */
export interface Calibration {
  readonly intercept: number;
  readonly slope: number;
  /** True: the lead is a fraction of the first score; false: it is absolute. */
  readonly isRelative: boolean;
  /** Upper bound, from real incidents, which are harder than generated ones. */
  readonly ceiling: number;
}

/**
 * Logistic regressions of "the first answer is right" on its lead over the second, fitted by
 * bench/incidents/diagnose/fit-confidence.ts on generated faults in low traffic and checked on those in high traffic.
 * `first-to-deviate` is fitted on simulated faults, the only ones without harm to requests. Ceilings come from real
 * incidents: docs/adr/0006-diagnosis.md.
 */
export const CALIBRATIONS: Readonly<Record<CalibratedMethod, Calibration>> = {
  'excess-blame': { intercept: -0.61, slope: 7.46, isRelative: false, ceiling: 0.97 },
  'relative-blame': { intercept: 0.09, slope: 9.02, isRelative: false, ceiling: 0.75 },
  correlation: { intercept: -0.33, slope: 2.91, isRelative: true, ceiling: 0.85 },
  'first-to-deviate': { intercept: -1.38, slope: 10.83, isRelative: true, ceiling: 0.8 },
};

/** Lead of the first score over the second, absolute or as a fraction of the first; the input of the calibration. */
export const leadOf = (scores: readonly number[], isRelative: boolean): number => {
  const first = Math.max(0, scores[0] ?? 0);
  const lead = first - Math.max(0, scores[1] ?? 0);
  return isRelative ? lead / Math.max(first, Number.EPSILON) : lead;
};

/**
 * Probability that each ranked node is the cause, given all scores in ranked order. The first one is calibrated; the
 * others share the rest in proportion to their scores. The sum is at most 1. Without positive scores it is divided evenly.
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
