/** Reports decisions: one log line with the decision and its reason, and a counted outcome. */
export interface Telemetry {
  info(message: string, fields: Readonly<Record<string, unknown>>): void;
  /** Logs a failure for an operator to find; `cause` is the original error. */
  error(message: string, fields: Readonly<Record<string, unknown>>, cause?: unknown): void;
  /** Adds to an outcome metric, named in the past tense (`PointsAccepted`). */
  count(outcome: string, amount?: number): void;
}
