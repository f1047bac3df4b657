/** One fault of one target. Epoch seconds, both inclusive. */
export interface TargetFault {
  readonly kind: string;
  /** Shared by all targets with the same fault. */
  readonly id: string;
  readonly first: number;
  readonly last: number;
  /** Whole hours since the epoch in which it is visible at the target. */
  readonly hours: ReadonlySet<number>;
}

/** Series of one server; `values[m][i]` belongs to `start + i * stepSeconds`. */
export interface TargetSeries {
  readonly id: string;
  /** Group of targets that do the same work: same profile and cell. */
  readonly peers: string;
  readonly start: number;
  readonly stepSeconds: number;
  readonly metrics: readonly string[];
  readonly values: readonly Float64Array[];
}

export interface LabelledTarget extends TargetSeries {
  readonly faults: readonly TargetFault[];
}
