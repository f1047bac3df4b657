import type { Tree } from '../engine/fleet/fleet-trees.ts';
import { bestSplit, type Split, type SplitRule } from './best-split.ts';
import { emptyHistogram, fillHistogram, fillRoot, type Histogram, subtract } from './histogram.ts';
import type { TableFeature, TrainingTable } from './training-table.ts';

/** What a tree is grown on. */
export interface GrowRequest {
  /** Features among which it chooses. */
  readonly features: readonly TableFeature[];
  /** Weight of each row whose target is at most the forecast so far, 0 for the others. */
  readonly metWeights: Float64Array;
  readonly rule: SplitRule;
  readonly leaves: number;
}

/** The splits of a tree, and the rows of each leaf, which have no value yet. */
export interface GrownTree extends Omit<Tree, 'leaf'> {
  /** Views of the grower's memory: they hold until the next tree. */
  readonly leafRows: readonly Int32Array[];
}

/** A leaf while the tree grows: rows [from, to) of the order. */
interface OpenLeaf {
  readonly from: number;
  readonly to: number;
  /** Its best split; null if it stays a leaf. */
  readonly split: Split | null;
}

/** Splits while the tree grows; children that are leaves are `~leaf`. */
interface OpenSplits {
  readonly feature: number[];
  readonly threshold: number[];
  readonly left: number[];
  readonly right: number[];
}

/** Grows trees on one table, one after the other: it reuses its memory. */
export class TreeGrower {
  readonly #table: TrainingTable;
  /** Rows, those of a leaf beside each other and ascending. */
  readonly #order: Int32Array;
  readonly #right: Int32Array;
  readonly #weights: Float64Array;
  readonly #metWeights: Float64Array;
  /** For each leaf, the histograms of the features. */
  readonly #histograms: Histogram[][] = [];

  constructor(table: TrainingTable) {
    this.#table = table;
    this.#order = new Int32Array(table.rows);
    this.#right = new Int32Array(table.rows);
    this.#weights = new Float64Array(table.rows);
    this.#metWeights = new Float64Array(table.rows);
  }

  /** Splits the leaf with the largest gain until there are enough leaves, or no split gains (best first, Shi 2007). */
  grow(request: GrowRequest): GrownTree {
    const splits: OpenSplits = { feature: [], threshold: [], left: [], right: [] };
    const leaves = [this.#root(request)];
    while (leaves.length < request.leaves) {
      const at = bestLeaf(leaves);
      if (at < 0) break;
      const { feature, bin } = leaves[at]!.split!;
      linkSplit(splits, at, leaves.length);
      splits.feature.push(feature.index);
      splits.threshold.push(feature.bounds[bin]!);
      const [left, right] = this.#divide(leaves, at, request);
      leaves[at] = left;
      leaves.push(right);
    }
    return {
      feature: Uint8Array.from(splits.feature),
      threshold: Float32Array.from(splits.threshold),
      left: Int16Array.from(splits.left),
      right: Int16Array.from(splits.right),
      leafRows: leaves.map(({ from, to }) => this.#order.subarray(from, to)),
    };
  }

  #root({ features, metWeights, rule }: GrowRequest): OpenLeaf {
    const order = this.#order;
    for (let r = 0; r < order.length; r++) order[r] = r;
    const histograms = this.#histogramsOf(0, features.length);
    for (let slot = 0; slot < features.length; slot++)
      fillRoot(histograms[slot]!, features[slot]!.root, features[slot]!.bins, metWeights);
    return { from: 0, to: order.length, split: bestSplit(features, histograms, rule) };
  }

  #histogramsOf(leaf: number, count: number): Histogram[] {
    this.#histograms[leaf] ??= [];
    const own = this.#histograms[leaf];
    while (own.length < count) own.push(emptyHistogram());
    return own;
  }

  /** The two leaves that take the place of one. */
  #divide(leaves: readonly OpenLeaf[], at: number, request: GrowRequest): [OpenLeaf, OpenLeaf] {
    const { from, to, split } = leaves[at]!;
    const middle = this.#partition(from, to, split!);
    const mayDivide = (rows: number): boolean =>
      leaves.length + 1 < request.leaves && rows >= 2 * request.rule.minRows;
    if (mayDivide(Math.max(middle - from, to - middle)))
      this.#share(at, leaves.length, { from, middle, to }, request);
    const leafOf = (leaf: number, start: number, end: number): OpenLeaf => ({
      ...{ from: start, to: end },
      split: mayDivide(end - start)
        ? bestSplit(request.features, this.#histograms[leaf]!, request.rule)
        : null,
    });
    return [leafOf(at, from, middle), leafOf(leaves.length, middle, to)];
  }

  /** Moves the rows of the right side behind those of the left one, and returns where they begin. */
  #partition(from: number, to: number, { feature: { bins }, bin }: Split): number {
    const [order, right] = [this.#order, this.#right];
    let [left, moved] = [from, 0];
    for (let k = from; k < to; k++) {
      const row = order[k]!;
      if (bins[row]! <= bin) order[left++] = row;
      else right[moved++] = row;
    }
    order.set(right.subarray(0, moved), left);
    return left;
  }

  /** Histograms of both sides from those of the parent: the rows of the smaller side are counted, the others remain. */
  #share(
    leftLeaf: number,
    rightLeaf: number,
    { from, middle, to }: { readonly from: number; readonly middle: number; readonly to: number },
    { features, metWeights }: GrowRequest,
  ): void {
    const isLeftSmall = middle - from < to - middle;
    const rows = isLeftSmall ? this.#order.subarray(from, middle) : this.#order.subarray(middle, to);
    const node = { rows, weights: this.#weights, metWeights: this.#metWeights };
    for (let k = 0; k < rows.length; k++) {
      node.weights[k] = this.#table.weights[rows[k]!]!;
      node.metWeights[k] = metWeights[rows[k]!]!;
    }
    const parent = this.#histograms[leftLeaf]!;
    const small = this.#histogramsOf(rightLeaf, features.length);
    for (let slot = 0; slot < features.length; slot++) {
      fillHistogram(small[slot]!, features[slot]!.bins, node);
      subtract(parent[slot]!, small[slot]!);
    }
    if (!isLeftSmall) return;
    this.#histograms[leftLeaf] = small;
    this.#histograms[rightLeaf] = parent;
  }
}

/** The leaf whose split gains most, the first of equal ones; -1 if none can be split. */
const bestLeaf = (leaves: readonly OpenLeaf[]): number => {
  let [best, most] = [-1, 0];
  for (let leaf = 0; leaf < leaves.length; leaf++) {
    const gain = leaves[leaf]!.split?.gain ?? 0;
    if (gain > most) [best, most] = [leaf, gain];
  }
  return best;
};

/** Puts a new split in the place of a leaf. Its left side keeps the number of the leaf. */
const linkSplit = ({ left, right }: OpenSplits, leaf: number, newLeaf: number): void => {
  const split = left.length;
  for (const children of [left, right]) {
    const at = children.indexOf(~leaf);
    if (at >= 0) children[at] = split;
  }
  left.push(~leaf);
  right.push(~newLeaf);
};
