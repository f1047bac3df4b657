/** The parts of an OTLP metrics request that we use, independent of its encoding. */

/** Attribute values as text; nested ones as JSON. */
export type OtlpAttributes = ReadonlyMap<string, string>;

/** Shared by everything without attributes, which is most points: an empty map of its own takes 200 bytes. */
export const NO_ATTRIBUTES: OtlpAttributes = new Map();

export interface OtlpPoint {
  readonly attributes: OtlpAttributes;
  /** Epoch seconds, rounded down. */
  readonly timestamp: number;
  /** NaN if the point is flagged "no recorded value". */
  readonly value: number;
}

export type OtlpTemporality = 'unspecified' | 'delta' | 'cumulative';

export interface OtlpMetric {
  readonly name: string;
  readonly unit: string;
  readonly data:
    | { readonly type: 'gauge'; readonly points: readonly OtlpPoint[] }
    | {
        readonly type: 'sum';
        readonly points: readonly OtlpPoint[];
        readonly temporality: OtlpTemporality;
        readonly monotonic: boolean;
      }
    /** Histograms, exponential histograms and summaries: only counted. */
    | { readonly type: 'unsupported'; readonly points: number };
}

export interface OtlpResource {
  readonly attributes: OtlpAttributes;
  readonly metrics: readonly OtlpMetric[];
}

/** Deeper attribute values are rejected before they exhaust the stack. */
export const MAX_ATTRIBUTE_DEPTH = 16;

const NANOS = 1_000_000_000n;

/** Epoch seconds of nanoseconds, rounded down. Uses integers because a double cannot hold epoch nanoseconds. */
export const secondsOfNanos = (nanos: bigint): number => Number(nanos / NANOS);

/** Bit 0 of a data point's flags: the point deliberately has no value. */
export const NO_RECORDED_VALUE = 1;
