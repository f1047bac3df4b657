/** How a decision is told: one log line saying what and why, and a counted outcome. */
export interface Telemetry {
  info(message: string, fields: Readonly<Record<string, unknown>>): void;
  /** Something went wrong that a human should be able to find; `cause` keeps the original error. */
  error(message: string, fields: Readonly<Record<string, unknown>>, cause?: unknown): void;
  /** Adds to an outcome metric, named in the past tense (`PointsAccepted`). */
  count(outcome: string, amount?: number): void;
}
