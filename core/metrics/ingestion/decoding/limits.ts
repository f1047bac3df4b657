/** Limits of one ingest request. */
export interface IngestLimits {
  /** Size of the body as sent. */
  readonly maxBytes: number;
  /** Size of the body after decompression: a small gzip can hold gigabytes. */
  readonly maxUnzippedBytes: number;
  readonly maxPoints: number;
  readonly maxTargets: number;
  readonly maxSeries: number;
}

export const INGEST_LIMITS: IngestLimits = {
  maxBytes: 5_000_000,
  maxUnzippedBytes: 24_000_000,
  maxPoints: 200_000,
  maxTargets: 1_000,
  maxSeries: 50_000,
};

/** Clocks differ, so points may be this far in the future when they are received. */
export const MAX_FUTURE_SECONDS = 600;

/** Offending fields listed in one answer. */
export const MAX_REPORTED_ERRORS = 20;

/** OpenTelemetry's limit on the length of a unit. */
export const MAX_UNIT_LENGTH = 63;
