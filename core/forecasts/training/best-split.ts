import type { Histogram } from './histogram.ts';
import type { TableFeature } from './training-table.ts';

/** A split of a node: rows up to the bin go left. */
export interface Split {
  readonly feature: TableFeature;
  /** Place of the feature among those of the round. */
  readonly slot: number;
  readonly bin: number;
  /** How much it lowers the second-order approximation of the loss; above 0. */
  readonly gain: number;
}

interface Sums {
  readonly weight: number;
  readonly rows: number;
  readonly met: number;
}

const totalsOf = ({ weight, rows, met }: Histogram, bins: number): Sums => {
  const total = { weight: 0, rows: 0, met: 0 };
  for (let bin = 0; bin < bins; bin++) {
    total.weight += weight[bin]!;
    total.rows += rows[bin]!;
    total.met += met[bin]!;
  }
  return total;
};

/** Least gain relative to the weight of a node: smaller ones are due to rounding. */
const LEAST_GAIN = 1e-12;

/** Square of the gradient over the weight. The gradient is (1 - level) x met - level x (weight - met). */
const scoreOf = (met: number, weight: number, level: number): number => {
  const gradient = met - level * weight;
  return (gradient * gradient) / weight;
};

/** The best split of a node by one feature; null if none leaves enough rows on both sides and gains anything. */
const splitBy = (
  feature: TableFeature,
  slot: number,
  histogram: Histogram,
  { level, minRows }: SplitRule,
): Split | null => {
  const total = totalsOf(histogram, feature.bounds.length + 1);
  const before = scoreOf(total.met, total.weight, level);
  let [weight, rows, met] = [0, 0, 0];
  let [best, most]: [Split | null, number] = [null, LEAST_GAIN * total.weight];
  for (let bin = 0; bin < feature.bounds.length; bin++) {
    weight += histogram.weight[bin]!;
    rows += histogram.rows[bin]!;
    met += histogram.met[bin]!;
    if (rows < minRows || histogram.rows[bin] === 0) continue;
    if (total.rows - rows < minRows) break;
    const after = scoreOf(met, weight, level) + scoreOf(total.met - met, total.weight - weight, level);
    if (after - before <= most) continue;
    most = after - before;
    best = { feature, slot, bin, gain: most };
  }
  return best;
};

export interface SplitRule {
  readonly level: number;
  /** Least number of rows of each side, at least 1. */
  readonly minRows: number;
}

/** The split with the largest gain, the first of equal ones. */
export const bestSplit = (
  features: readonly TableFeature[],
  histograms: readonly Histogram[],
  rule: SplitRule,
): Split | null => {
  let best: Split | null = null;
  for (let slot = 0; slot < features.length; slot++) {
    const own = splitBy(features[slot]!, slot, histograms[slot]!, rule);
    if (own !== null && own.gain > (best?.gain ?? 0)) best = own;
  }
  return best;
};
