import { median, medianOfSorted } from '../../shared/maths/averages.ts';
import { finite } from '../../shared/maths/finite.ts';

/** A straight line through points, robust to a third of them being outliers, with a 95 % interval of its slope. */
export interface RobustSlope {
  /** Change of y per unit of x. */
  readonly slope: number;
  readonly low: number;
  readonly high: number;
  readonly intercept: number;
  /** True if the interval excludes zero. */
  readonly significant: boolean;
}

/** Half-width, in ranks of the pairwise slopes, of Sen's 95 % interval (Kendall's variance without ties). */
const rankHalfWidth = (n: number): number => 1.96 * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);

/**
 * Theil-Sen slope with Sen's interval (Sen 1968): the median of all pairwise slopes. O(n^2): meant for up to a few
 * hundred points. Null for fewer than three distinct x.
 */
export const robustSlope = (x: readonly number[], y: readonly number[]): RobustSlope | null => {
  const slopes: number[] = [];
  for (let i = 0; i < x.length; i++) {
    for (let j = i + 1; j < x.length; j++) {
      if (x[i] !== x[j]) slopes.push(finite((y[j]! - y[i]!) / (x[j]! - x[i]!)));
    }
  }
  if (new Set(x).size < 3) return null;
  const sorted = slopes.sort((a, b) => a - b);
  const half = rankHalfWidth(x.length) / 2;
  const at = (rank: number) => sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(rank)))]!;
  const slope = medianOfSorted(sorted);
  const [low, high] = [at(sorted.length / 2 - half - 1), at(sorted.length / 2 + half)];
  const intercept = median(y.map((value, i) => finite(value - finite(slope * x[i]!))));
  return { slope, low, high, intercept, significant: low > 0 || high < 0 };
};
