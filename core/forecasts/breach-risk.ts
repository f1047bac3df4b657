export const SEVERITIES = ['critical', 'warning', 'info'] as const;
/** `critical`: expected within the hour; `warning`: within the horizon; `info`: possible but unlikely. */
export type Severity = (typeof SEVERITIES)[number];

/** Risk that one series crosses its threshold within the forecast horizon, and the time of the crossing. */
export interface BreachRisk {
  /** Probability in [0, 1] that the threshold is crossed at least once within the horizon. */
  readonly probability: number;
  /**
   * Seconds from the forecast's start to the first crossing, given that one happens: median and 80 % band. Zeros if the
   * last observed value is beyond the threshold.
   */
  readonly timeToImpactSeconds: { readonly p10: number; readonly p50: number; readonly p90: number } | null;
  /** Expected share of the horizon's steps beyond the threshold, in [0, 1]. */
  readonly expectedShareBeyond: number;
  readonly severity: Severity;
}
