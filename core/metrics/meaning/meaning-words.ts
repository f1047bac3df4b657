/** The words in which the meaning of a metric is stated. */

/** The measured quantity, as far as thresholds depend on it. */
export const METRIC_ASPECTS = [
  'cpu',
  'memory',
  'disk-space',
  'latency',
  'request-rate',
  'error-share',
  'success-share',
  'other',
] as const;
export type MetricAspect = (typeof METRIC_ASPECTS)[number];

/**
 * The part of a resource: `used`; `free`, which must not run out; `spare`, free memory that caches may fill; `part`, one
 * of several parts that nobody needs to watch; `size`, the whole.
 */
export const MEASURES = ['used', 'free', 'spare', 'part', 'size'] as const;
export type Measures = (typeof MEASURES)[number];

/** The direction of a change that does harm. */
export const HARMS = ['rise', 'fall', 'none'] as const;
export type Harm = (typeof HARMS)[number];

/** `percent`: 0-100; `ratio`: 0-1. */
export const SHARE_SCALES = ['percent', 'ratio'] as const;
export type ShareScale = (typeof SHARE_SCALES)[number];
