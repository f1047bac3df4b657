import type { ReportingState } from '../metrics/reporting/target-report.ts';

/** Points of one hour. `hour` counts whole hours since the epoch. */
export interface HourPoints {
  readonly hour: number;
  readonly received: number;
  readonly expected: number;
}

/** The state of a tenant's ingestion at the last check. */
export interface IngestionSummary {
  readonly checkedAt: number;
  /** The newest point of any target; 0 if the tenant has none. */
  readonly lastSeen: number;
  readonly targets: Readonly<Record<ReportingState, number>>;
  readonly vanishedMetrics: number;
  /** The last 24 complete hours, oldest first. */
  readonly hours: readonly HourPoints[];
  /** Why nothing arrives; undefined while something does. */
  readonly silence: string | undefined;
}
