/** How consecutive values relate: `gauge` a level, `counter` a growing total, `delta` the change since the last report. */
export const METRIC_KINDS = ['gauge', 'counter', 'delta'] as const;
export type MetricKind = (typeof METRIC_KINDS)[number];

/** Points of one metric of one target, as they arrive. Timestamps are epoch seconds, in any order. */
export interface MetricSeries {
  readonly targetId: string;
  /** Metric name, with its attribute set appended if a name has several series: `disk_used{device="sda"}`. */
  readonly metric: string;
  readonly kind: MetricKind;
  /** UCUM unit (`%`, `By`, `ms`, `1`) if the sender gave one. */
  readonly unit?: string;
  readonly timestamps: readonly number[];
  readonly values: readonly number[];
}

/** A series on an even grid: `values[i]` belongs to `start + i * stepSeconds`; a missing value is NaN. */
export interface RegularSeries {
  /** Epoch seconds of the first value. */
  readonly start: number;
  readonly stepSeconds: number;
  readonly values: Float64Array;
}

/** The name of a metric without its attributes: `disk_used` of `disk_used{device="sda"}`. */
export const nameWithoutAttributes = (metric: string): string => {
  const brace = metric.indexOf('{');
  return brace < 0 ? metric : metric.slice(0, brace);
};
