/** One fault of one target. Epoch seconds, both inclusive. */
export interface TargetFault {
  readonly kind: string;
  /** Targets that show the same fault share its id. */
  readonly id: string;
  readonly first: number;
  readonly last: number;
  /** Whole hours since the epoch in which the target shows it. */
  readonly hours: ReadonlySet<number>;
}

/** Series of one server; `values[m][i]` belongs to `start + i * stepSeconds`. */
export interface TargetSeries {
  readonly id: string;
  /** Targets of one profile in one cell, which do the same work. */
  readonly peers: string;
  readonly start: number;
  readonly stepSeconds: number;
  readonly metrics: readonly string[];
  readonly values: readonly Float64Array[];
}

export interface LabelledTarget extends TargetSeries {
  readonly faults: readonly TargetFault[];
}
