/** The catalogue of profiles: the metrics each fleet role usually reports, and their default thresholds. */
import type { Threshold } from '../../shared/threshold.ts';
import { type MetricAspect, type MetricMeaning, meaningOf } from '../meaning/metric-meaning.ts';
import type { Profile } from './target.ts';

/** Limits of a profile: shares in percent, latency in milliseconds. */
export interface ProfileLimits {
  readonly cpu: number;
  readonly memory: number;
  readonly 'disk-space': number;
  readonly latency: number;
  readonly 'error-share': number;
}

export interface ProfileEntry {
  /** One sentence about the role. */
  readonly description: string;
  /** Metrics that such a target usually reports, under the names of the simulator. */
  readonly typicalMetrics: readonly string[];
  readonly limits: ProfileLimits;
}

const HOST = ['cpu_percent', 'memory_percent', 'disk_percent', 'network_mbps'] as const;
const SERVICE = [...HOST, 'latency_ms', 'request_rate'] as const;

/**
 * Front ends queue long before their CPUs are saturated, so their limits are lower; batch machines are meant to run at
 * capacity; a database without free disk space stops, so it warns earlier.
 */
export const PROFILE_CATALOGUE: Readonly<Record<Profile, ProfileEntry>> = {
  web: {
    description: 'Serves users; latency and headroom matter most.',
    typicalMetrics: SERVICE,
    limits: { cpu: 80, memory: 90, 'disk-space': 90, latency: 500, 'error-share': 2 },
  },
  app: {
    description: 'Runs business logic behind the web tier.',
    typicalMetrics: SERVICE,
    limits: { cpu: 85, memory: 90, 'disk-space': 90, latency: 1000, 'error-share': 2 },
  },
  database: {
    description: 'Stores data; full disks and memory pressure hurt most.',
    typicalMetrics: SERVICE,
    limits: { cpu: 85, memory: 95, 'disk-space': 85, latency: 200, 'error-share': 1 },
  },
  batch: {
    description: 'Processes jobs and is meant to be busy.',
    typicalMetrics: HOST,
    limits: { cpu: 98, memory: 95, 'disk-space': 90, latency: 60_000, 'error-share': 5 },
  },
  generic: {
    description: 'The role is unknown.',
    typicalMetrics: HOST,
    limits: { cpu: 90, memory: 90, 'disk-space': 90, latency: 1000, 'error-share': 5 },
  },
};

/** Metrics without a natural limit breach above the maximum of their history; a lower limit would flag every busy day. */
const UNUSUALLY_HIGH: Threshold = { kind: 'historical', direction: 'above', quantile: 1 };

const above = (limit: number): Threshold => ({ kind: 'fixed', direction: 'above', limit });

const limitOf = (profile: Profile, aspect: MetricAspect): number | undefined =>
  aspect === 'other' || aspect === 'request-rate' ? undefined : PROFILE_CATALOGUE[profile].limits[aspect];

/** A value above 100 % (a container on 2.5 CPUs reports 250 %) is not a share of capacity. */
const exceedsWhole = ({ scale }: MetricMeaning, observedMax: number): boolean =>
  (scale.kind === 'percent' && observedMax > 100.5) || (scale.kind === 'ratio' && observedMax > 1.005);

/**
 * The default threshold of a metric on a target of this profile, in the metric's own unit. `observedMax` is the largest
 * value of its history, if known. Metrics of unknown meaning or scale get a threshold from their own history.
 */
export const thresholdOf = (
  profile: Profile,
  metric: string,
  unit?: string,
  observedMax = Number.NEGATIVE_INFINITY,
): Threshold => {
  const meaning = meaningOf(metric, unit);
  const limit = limitOf(profile, meaning.aspect);
  if (limit === undefined || exceedsWhole(meaning, observedMax)) return UNUSUALLY_HIGH;
  const { scale } = meaning;
  if (scale.kind === 'percent') return above(limit);
  if (scale.kind === 'ratio') return above(limit / 100);
  if (scale.kind === 'seconds') return above((limit / 1000) * scale.perSecond);
  return UNUSUALLY_HIGH;
};

/** Hard bounds for forecasts: 0-100 for percentages, 0-1 for ratios; none if the history exceeds them. */
export const boundsOf = (
  metric: string,
  unit?: string,
  observedMax = Number.NEGATIVE_INFINITY,
): { readonly lower: number; readonly upper: number } | undefined => {
  const meaning = meaningOf(metric, unit);
  if (exceedsWhole(meaning, observedMax)) return undefined;
  if (meaning.scale.kind === 'percent') return { lower: 0, upper: 100 };
  return meaning.scale.kind === 'ratio' ? { lower: 0, upper: 1 } : undefined;
};
