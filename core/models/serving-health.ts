/** How the candidate did since the present step began, apart from its accuracy. */
export interface ServingHealth {
  readonly forecasts: number;
  /** Those that ended with an error or without an answer. */
  readonly failures: number;
  /** 95th percentile of the time that a forecast took; null without any. */
  readonly p95Seconds: number | null;
  /** Names of alarms that stand and that are about the candidate or about forecasts as a whole. */
  readonly alarms: readonly string[];
}
