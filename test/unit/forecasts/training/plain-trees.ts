/** Trees grown in the plainest way, without bins and histograms, for features that are integers. */
import { POOL_LEVELS } from '../../../../core/forecasts/engine/quantiles/pool-levels.ts';
import { WEIGHT, WIDTH } from './sample-rows.ts';

interface PlainSplit {
  readonly feature: number;
  readonly threshold: number;
  readonly gain: number;
}

/** Weights as the trainer takes them: integers relative to the largest. */
const weightOf = (row: Float32Array, largest: number): number => (row[WEIGHT]! / largest) * 2 ** 30;
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const score = (rows: readonly Float32Array[], level: number, largest: number): number => {
  const weight = sum(rows.map((row) => weightOf(row, largest)));
  const met = sum(rows.map((row) => (row[WIDTH]! <= 0 ? weightOf(row, largest) : 0)));
  return (met - level * weight) ** 2 / weight;
};

const best = (
  rows: readonly Float32Array[],
  features: number,
  level: number,
  least: number,
  largest: number,
) => {
  const weight = sum(rows.map((row) => weightOf(row, largest)));
  let found: PlainSplit | undefined;
  for (let feature = 0; feature < features; feature++)
    for (let threshold = -20.5; threshold < 20; threshold++) {
      const [left, right] = [
        rows.filter((row) => row[feature]! <= threshold),
        rows.filter((row) => row[feature]! > threshold),
      ];
      if (Math.min(left.length, right.length) < least) continue;
      const gain = score(left, level, largest) + score(right, level, largest) - score(rows, level, largest);
      if (gain > Math.max(1e-12 * weight, found?.gain ?? 0)) found = { feature, threshold, gain };
    }
  return found;
};

/** The rows of each leaf of the first tree of a level, grown best first. */
export const plainLeaves = (
  rows: readonly Float32Array[],
  features: number,
  { level, leaves, minRows }: { readonly level: number; readonly leaves: number; readonly minRows: number },
): Float32Array[][] => {
  const largest = Math.max(...rows.map((row) => row[WEIGHT]!));
  const grown: Float32Array[][] = [[...rows]];
  while (grown.length < leaves) {
    const splits = grown.map((leaf) => best(leaf, features, level, minRows, largest));
    const most = Math.max(...splits.map((split) => split?.gain ?? 0));
    const at = splits.findIndex((split) => split?.gain === most);
    if (at < 0) break;
    const { feature, threshold } = splits[at]!;
    const [left, right] = [
      grown[at]!.filter((row) => row[feature]! <= threshold),
      grown[at]!.filter((row) => row[feature]! > threshold),
    ];
    grown[at] = left;
    grown.push(right);
  }
  return grown;
};

/** The weighted quantile of the targets of rows. */
export const plainQuantile = (rows: readonly Float32Array[], level: number): number => {
  const total = sum(rows.map((row) => row[WEIGHT]!));
  let before = 0;
  for (const row of rows.toSorted((a, b) => a[WIDTH]! - b[WIDTH]!)) {
    before += row[WEIGHT]!;
    if (before > level * total) return row[WIDTH]!;
  }
  return Number.NaN;
};

export const MEDIAN = POOL_LEVELS.indexOf(0.5);
