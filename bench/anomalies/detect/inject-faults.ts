import { DAY_SECONDS } from '../../../core/shared/time.ts';
import { normal, seededRandom } from '../../shared/seeded-random.ts';
import type { CleanSeries } from './simulate-series.ts';

/** Kinds of injected faults. */
export const FAULT_KINDS = [
  'spike',
  'level shift',
  'slow drift',
  'flat line',
  'missing season',
  'variance change',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** A series with one fault on rows `onset` to `end` (inclusive). */
export interface FaultySeries extends CleanSeries {
  readonly kind: FaultKind;
  readonly onset: number;
  readonly end: number;
}

interface Scene {
  readonly values: Float64Array;
  /** Robust spread of the series around its daily shape. */
  readonly spread: number;
  readonly random: () => number;
  readonly onset: number;
  readonly rowsPerDay: number;
}

/** Rewrites the values from the onset on and returns the last row of the fault. */
type Injector = (scene: Scene) => number;

const rewrite = (scene: Scene, rows: number, at: (value: number, age: number) => number): number => {
  const { values, onset } = scene;
  const end = Math.min(values.length, onset + Math.max(1, Math.round(rows))) - 1;
  for (let row = onset; row <= end; row++) values[row] = at(values[row]!, row - onset);
  return end;
};

const sign = (random: () => number): number => (random() < 0.75 ? 1 : -1);

const INJECTORS: Readonly<Record<FaultKind, Injector>> = {
  spike: (scene) => {
    const height = sign(scene.random) * scene.spread * (6 + 6 * scene.random());
    return rewrite(scene, 1 + 2 * scene.random(), (value) => value + height);
  },
  'level shift': (scene) => {
    const height = sign(scene.random) * scene.spread * (3 + 3 * scene.random());
    return rewrite(scene, scene.rowsPerDay, (value) => value + height);
  },
  'slow drift': (scene) => {
    const height = sign(scene.random) * scene.spread * (6 + 6 * scene.random());
    const rows = 2 * scene.rowsPerDay;
    return rewrite(scene, rows, (value, age) => value + (height * age) / rows);
  },
  'flat line': (scene) => {
    const held = scene.values[scene.onset - 1]!;
    return rewrite(scene, scene.rowsPerDay, () => held);
  },
  'missing season': (scene) => {
    const { values, onset, rowsPerDay } = scene;
    const day = values.slice(onset - rowsPerDay, onset);
    const level = day.reduce((sum, value) => sum + value, 0) / rowsPerDay;
    return rewrite(scene, 1.5 * rowsPerDay, () => level + 0.5 * scene.spread * normal(scene.random));
  },
  'variance change': (scene) => {
    const factor = 2 + scene.random();
    return rewrite(scene, scene.rowsPerDay, (value) => value + factor * scene.spread * normal(scene.random));
  },
};

/**
 * Unit of the height of a fault. `quartiles`: the spread of the middle half of the series, which ignores its tails.
 * `tails`: at least the spread of a normal distribution with the same middle 99 %, so that "six spreads" is also rare on
 * heavy-tailed series.
 */
export type SpreadRule = 'quartiles' | 'tails';

/** Width of the middle 50 and 99 % of a standard normal distribution. */
const NORMAL_HALF = 1.349;
const NORMAL_TAILS = 5.152;

/** Robust standard deviation of the differences to the same time the day before, over the root of 2. */
export const seasonalSpread = (
  values: Float64Array,
  rowsPerDay: number,
  rule: SpreadRule = 'quartiles',
): number => {
  const differences: number[] = [];
  for (let row = rowsPerDay; row < values.length; row++)
    differences.push(values[row]! - values[row - rowsPerDay]!);
  differences.sort((a, b) => a - b);
  const at = (share: number): number => differences[Math.floor(share * (differences.length - 1))]!;
  const half = (at(0.75) - at(0.25)) / NORMAL_HALF / Math.SQRT2;
  const tails = (at(0.995) - at(0.005)) / NORMAL_TAILS / Math.SQRT2;
  if (rule === 'tails') return Math.max(half, tails);
  return half > 0 ? half : (at(0.99) - at(0.01)) / 4 / Math.SQRT2;
};

/** Min share of the variance that a daily pattern must explain for its absence to be noticeable. */
const MIN_DAILY_SHARE = 0.4;

/** Share of the variance that the mean of each row of the day explains (R²). */
const dailyShare = (values: Float64Array, rowsPerDay: number): number => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const sums = new Float64Array(rowsPerDay);
  const counts = new Float64Array(rowsPerDay);
  for (const [row, value] of values.entries()) {
    sums[row % rowsPerDay] = sums[row % rowsPerDay]! + value - mean;
    counts[row % rowsPerDay] = counts[row % rowsPerDay]! + 1;
  }
  const explained = sums.reduce((sum, value, i) => sum + value ** 2 / counts[i]!, 0);
  return explained / values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
};

const rowsPerDayOf = ({ timestamps }: CleanSeries): number =>
  Math.round(DAY_SECONDS / (timestamps[1]! - timestamps[0]!));

/** True if a fault makes sense for a series: only a series with a daily pattern can lose it. */
export const suits = (kind: FaultKind, clean: CleanSeries): boolean =>
  kind !== 'missing season' || dailyShare(clean.values, rowsPerDayOf(clean)) >= MIN_DAILY_SHARE;

/** Copies a clean series and injects one fault that starts at row `onset`; seeded. `rule`: unit of heights. */
export const injectFault = (
  clean: CleanSeries,
  kind: FaultKind,
  onset: number,
  seed: number,
  rule: SpreadRule = 'quartiles',
): FaultySeries => {
  const values = clean.values.slice();
  const rowsPerDay = rowsPerDayOf(clean);
  const scene = {
    values,
    spread: seasonalSpread(values, rowsPerDay, rule),
    random: seededRandom(seed),
    onset,
    rowsPerDay,
  };
  const end = INJECTORS[kind](scene);
  return { name: clean.name, timestamps: clean.timestamps, values, kind, onset, end };
};
