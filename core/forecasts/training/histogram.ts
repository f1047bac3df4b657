/**
 * Rows of a node by the bin of a feature. The gradient of the pinball loss is (1 - level) for rows that the forecast so far
 * does not stay below, and -level for the others (Koenker & Bassett 1978): the sums of both kinds say all that a split needs.
 */
export interface Histogram {
  /** Sum of the weights. */
  readonly weight: Float64Array;
  /** Number of rows. */
  readonly rows: Int32Array;
  /** Sum of the weights of rows whose target is at most the forecast so far. */
  readonly met: Float64Array;
}

/** Bins of a histogram: as many as a byte names. */
const MAX_BINS = 256;

export const emptyHistogram = (): Histogram => ({
  weight: new Float64Array(MAX_BINS),
  rows: new Int32Array(MAX_BINS),
  met: new Float64Array(MAX_BINS),
});

/** Weights and numbers of all rows, which stay the same for all trees; nothing is met. */
export const countRoot = (bins: Uint8Array, weights: Float64Array): Histogram => {
  const histogram = emptyHistogram();
  const { weight, rows } = histogram;
  for (let r = 0; r < bins.length; r++) {
    const bin = bins[r]!;
    weight[bin] = weight[bin]! + weights[r]!;
    rows[bin] = rows[bin]! + 1;
  }
  return histogram;
};

/** Adds what all rows meet to a copy of the root. */
export const fillRoot = (
  into: Histogram,
  root: Histogram,
  bins: Uint8Array,
  metWeights: Float64Array,
): void => {
  into.weight.set(root.weight);
  into.rows.set(root.rows);
  const met = into.met.fill(0);
  for (let r = 0; r < bins.length; r++) {
    const bin = bins[r]!;
    met[bin] = met[bin]! + metWeights[r]!;
  }
};

/** Rows of a node, and at least as many weights in the same order. */
export interface NodeRows {
  readonly rows: Int32Array;
  readonly weights: Float64Array;
  readonly metWeights: Float64Array;
}

export const fillHistogram = (into: Histogram, bins: Uint8Array, node: NodeRows): void => {
  const { rows: numbers, weights, metWeights } = node;
  const weight = into.weight.fill(0);
  const rows = into.rows.fill(0);
  const met = into.met.fill(0);
  for (let k = 0; k < numbers.length; k++) {
    const bin = bins[numbers[k]!]!;
    weight[bin] = weight[bin]! + weights[k]!;
    met[bin] = met[bin]! + metWeights[k]!;
    rows[bin] = rows[bin]! + 1;
  }
};

/** Takes one child from its parent, which leaves the other: exact, because all sums are of integers. */
export const subtract = (parent: Histogram, child: Histogram): void => {
  for (let bin = 0; bin < MAX_BINS; bin++) {
    parent.weight[bin] = parent.weight[bin]! - child.weight[bin]!;
    parent.met[bin] = parent.met[bin]! - child.met[bin]!;
    parent.rows[bin] = parent.rows[bin]! - child.rows[bin]!;
  }
};
