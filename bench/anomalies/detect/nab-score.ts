/** One label window of a file: first and last row, both inclusive. */
export interface RowWindow {
  readonly first: number;
  readonly last: number;
}

/** Input of NAB's scorer for one file. `scores[i]` belongs to row i; windows ascend and do not overlap. */
export interface ScoredFile {
  readonly scores: ArrayLike<number>;
  readonly windows: readonly RowWindow[];
}

/** Weights of a right alert, a false alarm and a miss. */
export interface NabProfile {
  readonly truePositive: number;
  readonly falsePositive: number;
  readonly falseNegative: number;
}

/** NAB's three application profiles (config/profiles.json). */
export const NAB_PROFILES = {
  standard: { truePositive: 1, falsePositive: 0.11, falseNegative: 1 },
  rewardLowFalsePositives: { truePositive: 1, falsePositive: 0.22, falseNegative: 1 },
  rewardLowFalseNegatives: { truePositive: 1, falsePositive: 0.11, falseNegative: 2 },
} as const satisfies Record<string, NabProfile>;

/** Rows at the start of a file that are never scored. */
export const probationRows = (rows: number): number => Math.min(Math.floor(0.15 * rows), 750);

/** NAB's scaled sigmoid (Lavin & Ahmad 2015, eq. 1): 2 / (1 + e^(5x)) - 1. */
export const sigmoid = (x: number): number => 2 / (1 + Math.exp(5 * x)) - 1;

/**
 * Value of an alert on one row, before weights: 1 on the first row of a window, falling to almost 0 on its last. Negative
 * outside: slightly just after a window, -1 before any window or long after the last one.
 */
export const rowValue = (row: number, windows: readonly RowWindow[]): number => {
  let before: RowWindow | undefined;
  for (const window of windows) {
    if (row < window.first) break;
    const width = window.last - window.first + 1;
    if (row <= window.last) return sigmoid(-(window.last - row + 1) / width) / sigmoid(-1);
    before = window;
  }
  if (before === undefined) return -1;
  const x = (row - before.last) / (before.last - before.first);
  return x > 3 ? -1 : sigmoid(x);
};

interface Row {
  readonly score: number;
  readonly value: number;
  /** Corpus-wide number of the window that contains the row, or -1. */
  readonly window: number;
}

interface Corpus {
  readonly rows: readonly Row[];
  readonly windows: number;
}

const corpusOf = (files: readonly ScoredFile[]): Corpus => {
  const rows: Row[] = [];
  let windows = 0;
  for (const { scores, windows: own } of files) {
    for (let row = probationRows(scores.length); row < scores.length; row++) {
      const inside = own.findIndex(({ first, last }) => row >= first && row <= last);
      rows.push({
        score: scores[row]!,
        value: rowValue(row, own),
        window: inside < 0 ? -1 : windows + inside,
      });
    }
    windows += own.length;
  }
  return { rows, windows };
};

/** Running raw score while detections are added one by one; keeps the best per window. */
class RawScore {
  private readonly best: Float64Array;
  private readonly profile: NabProfile;
  total: number;

  constructor(windows: number, profile: NabProfile) {
    this.best = new Float64Array(windows).fill(-1);
    this.profile = profile;
    this.total = -profile.falseNegative * windows;
  }

  add({ value, window }: Row): void {
    const { truePositive, falsePositive, falseNegative } = this.profile;
    if (window < 0) {
      this.total += falsePositive * value;
      return;
    }
    const best = this.best[window]!;
    if (best < 0) this.total += falseNegative + truePositive * value;
    else if (value > best) this.total += truePositive * (value - best);
    this.best[window] = Math.max(best, value);
  }
}

const normalise = (raw: number, windows: number, { truePositive, falseNegative }: NabProfile): number =>
  (100 * (raw + falseNegative * windows)) / ((truePositive + falseNegative) * windows);

/** Normalised NAB score (0: no detection at all, 100: perfect) of the rows that score at least `threshold`. */
export const nabScoreAt = (
  files: readonly ScoredFile[],
  threshold: number,
  profile: NabProfile = NAB_PROFILES.standard,
): number => {
  const { rows, windows } = corpusOf(files);
  const raw = new RawScore(windows, profile);
  for (const row of rows) if (row.score >= threshold) raw.add(row);
  return normalise(raw.total, windows, profile);
};

/** NAB score at the best threshold for these files (the optimistic method of the benchmark itself). */
export const nabBestScore = (
  files: readonly ScoredFile[],
  profile: NabProfile = NAB_PROFILES.standard,
): { readonly score: number; readonly threshold: number } => {
  const { rows, windows } = corpusOf(files);
  const sorted = [...rows].sort((a, b) => b.score - a.score);
  const raw = new RawScore(windows, profile);
  let best = { raw: raw.total, threshold: Number.POSITIVE_INFINITY };
  for (const [i, row] of sorted.entries()) {
    raw.add(row);
    const last = i === sorted.length - 1 || sorted[i + 1]!.score < row.score;
    if (last && raw.total > best.raw) best = { raw: raw.total, threshold: row.score };
  }
  return { score: normalise(best.raw, windows, profile), threshold: best.threshold };
};
