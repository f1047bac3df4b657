/** What one ingest request may hold. */
export interface IngestLimits {
  /** Body as sent. */
  readonly maxBytes: number;
  /** Body after unzipping: a small gzip can hold gigabytes. */
  readonly maxUnzippedBytes: number;
  readonly maxPoints: number;
  readonly maxTargets: number;
}

export const INGEST_LIMITS: IngestLimits = {
  maxBytes: 5_000_000,
  maxUnzippedBytes: 32_000_000,
  maxPoints: 200_000,
  maxTargets: 1_000,
};

/** Clocks differ: a point may lie this far ahead of its receipt. */
export const MAX_FUTURE_SECONDS = 600;

/** How many offending fields an answer names. */
export const MAX_REPORTED_ERRORS = 20;

/** OpenTelemetry's limit on the length of a unit. */
export const MAX_UNIT_LENGTH = 63;
