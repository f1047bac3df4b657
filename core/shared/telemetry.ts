/** Reports decisions: one log line with the decision and its reason, and a counted outcome. */
export interface Telemetry {
  info(message: string, fields: Readonly<Record<string, unknown>>): void;
  /** Logs a failure for an operator to find; `cause` is the original error. */
  error(message: string, fields: Readonly<Record<string, unknown>>, cause?: unknown): void;
  /** Adds to an outcome, named in the past tense (`PointsAccepted`). */
  count(outcome: string, amount?: number): void;
}

/** The service of a metric that each function counts under its own name. */
export const OWN_SERVICE = 'own';

/**
 * Outcomes that are metrics of CloudWatch, because an alarm or `forestall doctor` reads them, and the service that
 * counts them. A metric costs $0.30 a month in each service, so all other outcomes are fields of a log line.
 */
export const MEASURED_OUTCOMES = {
  RequestsOverQuota: 'api',
  QuotasUnchecked: 'api',
  DataRefused: 'ingestion',
  DataQuarantined: 'store-metrics',
  AbuseSuspected: 'detect-abuse',
  SecretsSound: 'check-secrets',
  ItemUnreadable: OWN_SERVICE,
} as const;
export type MeasuredOutcome = keyof typeof MEASURED_OUTCOMES;
