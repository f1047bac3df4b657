/** How well a target reports: its lag, its state, and the share of the expected points that arrived. Times in epoch seconds. */
import { DAY_SECONDS, HOUR_SECONDS } from '../../shared/time.ts';
import { historyOf } from '../blocks/block-history.ts';
import type { StoredBlock } from '../blocks/stored-block.ts';
import type { Target } from '../targets/target.ts';
import {
  allowedSilenceOf,
  GONE_SECONDS,
  gapsOf,
  intervalOf,
  type ReportingPattern,
  reportingPatternOf,
} from './reporting-pattern.ts';

/**
 * `reporting`; `late`: a report is overdue; `silent`: for longer than three of its intervals, at least 15 minutes, and
 * than its usual pauses; `expired`: for a day.
 */
export const REPORTING_STATES = ['reporting', 'late', 'silent', 'expired'] as const;
export type ReportingState = (typeof REPORTING_STATES)[number];

export interface TargetReport {
  /** The newest point. */
  readonly lastSeen: number;
  readonly lagSeconds: number;
  readonly state: ReportingState;
  /** Points of the last 24 hours, as a share of those that its steady metrics should have sent; undefined if unknown. */
  readonly expectedShare: number | undefined;
}

/** Reports are late after two intervals, but not while a usual push of five minutes is on its way. */
const LATE_INTERVALS = 2;
const MIN_LATE_SECONDS = 600;
/** Metrics with fewer points than this share of their span have no interval that points could be expected at. */
const STEADY_SHARE = 0.5;
const MIN_POINTS = 4;

export const stateOf = (lag: number, pattern: ReportingPattern): ReportingState => {
  if (lag >= GONE_SECONDS) return 'expired';
  if (lag > allowedSilenceOf(pattern)) return 'silent';
  return lag > Math.max(MIN_LATE_SECONDS, LATE_INTERVALS * (pattern.interval ?? DAY_SECONDS))
    ? 'late'
    : 'reporting';
};

/** Points received of one metric since `from`, and those expected until `until`; undefined if it is not steady. */
export const pointsOf = (
  timestamps: readonly number[],
  from: number,
  until: number,
): { readonly received: number; readonly expected: number } | undefined => {
  const own = timestamps.filter((at) => at >= from && at <= until);
  const interval = intervalOf(timestamps);
  if (interval === undefined || timestamps.length < MIN_POINTS) return undefined;
  const span = timestamps.at(-1)! - timestamps[0]!;
  if (timestamps.length < STEADY_SHARE * (span / interval)) return undefined;
  const expected = Math.floor((until - Math.max(from, timestamps[0]!)) / interval);
  return { received: Math.min(own.length, expected), expected };
};

/**
 * @param blocks the target's blocks of the last 25 hours, oldest first
 * @throws InvalidInputError for a damaged block
 */
export const targetReport = (
  target: Pick<Target, 'lastSeen'>,
  blocks: readonly StoredBlock[],
  now: number,
): TargetReport => {
  const metrics = [...historyOf(blocks).values()].map(({ timestamps }) => timestamps);
  const reports = [...new Set(metrics.flat())].sort((a, b) => a - b);
  const lastSeen = Math.max(target.lastSeen, reports.at(-1) ?? 0);
  const lagSeconds = Math.max(0, now - lastSeen);
  const intervals = metrics.map(intervalOf).filter((one) => one !== undefined);
  const interval = intervals.length === 0 ? undefined : Math.min(...intervals);
  let [received, expected] = [0, 0];
  for (const timestamps of metrics) {
    const points = pointsOf(timestamps, now - DAY_SECONDS, now - LATE_MARGIN_SECONDS);
    received += points?.received ?? 0;
    expected += points?.expected ?? 0;
  }
  return {
    ...{ lastSeen, lagSeconds, state: stateOf(lagSeconds, reportingPatternOf(gapsOf(reports), interval)) },
    expectedShare: expected === 0 ? undefined : received / expected,
  };
};

/** Points of the last push may still be on their way. */
const LATE_MARGIN_SECONDS = MIN_LATE_SECONDS;
/** Seconds of blocks that a report needs. */
export const REPORT_SECONDS = DAY_SECONDS + HOUR_SECONDS;
