/** The catalogue of profiles: the metrics each fleet role usually reports, and their default thresholds. */
import type { Threshold } from '../../shared/threshold.ts';
import {
  type MetricAspect,
  type MetricMeaning,
  meaningOf,
  type OwnReading,
} from '../meaning/metric-meaning.ts';
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

/** Free shares of which nothing more is known, such as a battery, are short below the complement of this percentage. */
const UNKNOWN_LIMIT = 90;

/** Metrics without a natural limit breach above the maximum of their history; a lower limit would flag every busy day. */
const UNUSUALLY_HIGH: Threshold = { kind: 'historical', direction: 'above', quantile: 1 };
const UNUSUALLY_LOW: Threshold = { kind: 'historical', direction: 'below', quantile: 0 };

const above = (limit: number): Threshold => ({ kind: 'fixed', direction: 'above', limit });
const below = (limit: number): Threshold => ({ kind: 'fixed', direction: 'below', limit });

const limitOf = (profile: Profile, aspect: MetricAspect): number | undefined => {
  const { limits } = PROFILE_CATALOGUE[profile];
  if (aspect === 'success-share') return limits['error-share'];
  return aspect === 'other' || aspect === 'request-rate' ? undefined : limits[aspect];
};

/** A value above 100 % (a container on 2.5 CPUs reports 250 %) is not a share of capacity. */
const exceedsWhole = ({ scale }: MetricMeaning, observedMax: number): boolean =>
  (scale.kind === 'percent' && observedMax > 100.5) || (scale.kind === 'ratio' && observedMax > 1.005);

/** Rises do harm: the profile's limit in the metric's unit. */
const highThreshold = ({ scale }: MetricMeaning, limit: number | undefined): Threshold => {
  if (limit === undefined) return UNUSUALLY_HIGH;
  if (scale.kind === 'percent') return above(limit);
  if (scale.kind === 'ratio') return above(limit / 100);
  return scale.kind === 'seconds' ? above((limit / 1000) * scale.perSecond) : UNUSUALLY_HIGH;
};

/** Falls do harm: the rest that the profile's limit leaves free, as a share, or of the most that was ever free. */
const lowThreshold = (
  { scale, measures, aspect }: MetricMeaning,
  limit: number | undefined,
  observedMax: number,
): Threshold => {
  if (measures !== 'free' && aspect !== 'success-share') return UNUSUALLY_LOW;
  const rest = 1 - (limit ?? UNKNOWN_LIMIT) / 100;
  if (scale.kind === 'percent') return below(Number((100 * rest).toPrecision(12)));
  if (scale.kind === 'ratio') return below(Number(rest.toPrecision(12)));
  return measures === 'free' && observedMax > 0 ? below(rest * observedMax) : UNUSUALLY_LOW;
};

/**
 * The default threshold of a metric on a target of this profile, in the metric's own unit; undefined if neither a rise
 * nor a fall does harm. `observedMax` is the largest value of its history, if known. Metrics of unknown meaning or scale
 * get a threshold from their own history.
 */
export const thresholdOf = (
  profile: Profile,
  metric: string,
  unit?: string,
  observedMax = Number.NEGATIVE_INFINITY,
  own?: OwnReading,
): Threshold | undefined => {
  const meaning = meaningOf(metric, unit, own);
  const { harm } = meaning;
  if (harm === 'none') return undefined;
  const isWhole = !exceedsWhole(meaning, observedMax);
  const limit = limitOf(profile, meaning.aspect);
  if (harm === 'fall') return isWhole ? lowThreshold(meaning, limit, observedMax) : UNUSUALLY_LOW;
  return isWhole ? highThreshold(meaning, limit) : UNUSUALLY_HIGH;
};

/** Hard bounds for forecasts: 0-100 for percentages, 0-1 for ratios; none if the history exceeds them. */
export const boundsOf = (
  metric: string,
  unit?: string,
  observedMax = Number.NEGATIVE_INFINITY,
  own?: OwnReading,
): { readonly lower: number; readonly upper: number } | undefined => {
  const meaning = meaningOf(metric, unit, own);
  if (exceedsWhole(meaning, observedMax)) return undefined;
  if (meaning.scale.kind === 'percent') return { lower: 0, upper: 100 };
  return meaning.scale.kind === 'ratio' ? { lower: 0, upper: 1 } : undefined;
};

/** The value at which a resource runs out: its upper bound if it measures what is used, zero if what is free. */
export const capacityOf = (
  metric: string,
  unit?: string,
  observedMax = Number.NEGATIVE_INFINITY,
  own?: OwnReading,
): number | undefined => {
  const { measures, harm } = meaningOf(metric, unit, own);
  if (harm === 'none') return undefined;
  return measures === 'free' ? 0 : boundsOf(metric, unit, observedMax, own)?.upper;
};
