import type { MetricKind } from '../series/metric-series.ts';

/** Fleet roles with known behaviour and thresholds; `generic` if the sender names none. */
export const PROFILES = ['web', 'app', 'database', 'batch', 'generic'] as const;
export type Profile = (typeof PROFILES)[number];

export interface TargetMetric {
  readonly kind: MetricKind;
  readonly unit?: string;
}

export const MAX_METRICS_PER_TARGET = 1_000;

/** `points-parked`: accepted points could not be stored; `metrics-refused`: metrics are neither listed nor forecast. */
export const NOTICE_CODES = ['points-parked', 'metrics-refused'] as const;

/** A limit that a target exceeded: something that it sent is missing. */
export interface TargetNotice {
  readonly code: (typeof NOTICE_CODES)[number];
  /** Epoch seconds. */
  readonly at: number;
  readonly detail: string;
}

/** Something watched: a host, a service, a queue. Its ID is unique within the tenant. */
export interface Target {
  readonly tenantId: string;
  readonly targetId: string;
  readonly profile: Profile;
  readonly metrics: Readonly<Record<string, TargetMetric>>;
  /** Epoch seconds of the first and the newest stored point. */
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** Points in an hour of all metrics, as estimated when `lastSeen` was stored. */
  readonly pointsPerHour?: number;
  /** The newest of each code, for a week. */
  readonly notices?: readonly TargetNotice[];
}

/** A target's own metric: names such as `constructor` are found on every object. */
export const metricOf = ({ metrics }: Pick<Target, 'metrics'>, name: string): TargetMetric | undefined =>
  Object.hasOwn(metrics, name) ? metrics[name] : undefined;
