import { sortedQuantile } from '../../../shared/maths/order-statistics.ts';
import { DAY_SECONDS, HOUR_SECONDS } from '../../../shared/time.ts';
import { POOL_LEVELS } from '../quantiles/pool-levels.ts';
import type { SeriesView } from '../series/series-view.ts';

/** Windows, in points, over which the recent past is summarised. */
const WINDOWS = [3, 12, 36] as const;

/** Features of the whole history, in the order in which they are computed. */
const HISTORY_FEATURES = [
  'log-points',
  'history-hours',
  'log-step',
  'last',
  'mean-3',
  'mean-12',
  'mean-36',
  'deviation-12',
  'deviation-36',
  'roughness',
  'roughness-12',
  'half-slope',
  'quarter-slope',
  'minimum',
  'p10',
  'p90',
  'maximum',
  'share-below-last',
  'share-repeated',
  'share-lowest',
  'share-missing',
  'zero',
  'lag-1',
  'lag-12',
] as const;

/** Features of a lead. Of the day before, which short histories may not reach, there is a flag. */
const LEAD_FEATURES = [
  'log-lead',
  'lead-hours',
  'lead-share',
  'has-yesterday',
  'yesterday',
  'yesterday-mean',
  'yesterday-shift',
  'ensemble-middle',
  'ensemble-width',
  'ensemble-skew',
  'ensemble-tail-low',
  'ensemble-tail-high',
  'ensemble-from-last',
  'ensemble-inner-width',
] as const;

/** Names of all features in the order of a row. An artefact names the list by its hash. */
export const FLEET_FEATURES: readonly string[] = [...HISTORY_FEATURES, ...LEAD_FEATURES];

const meanOf = (y: Float64Array, from: number, to: number): number => {
  let total = 0;
  for (let i = from; i < to; i++) total += y[i]!;
  return total / Math.max(1, to - from);
};

const deviationOf = (y: Float64Array, from: number, to: number): number => {
  const centre = meanOf(y, from, to);
  let total = 0;
  for (let i = from; i < to; i++) total += Math.abs(y[i]! - centre);
  return total / Math.max(1, to - from);
};

const roughnessOf = (y: Float64Array, from: number): number => {
  let total = 0;
  for (let i = Math.max(1, from); i < y.length; i++) total += Math.abs(y[i]! - y[i - 1]!);
  return total / Math.max(1, y.length - Math.max(1, from));
};

/** Autocorrelation at a lag around the mean; 0 for histories that are not longer or do not vary. */
const correlationAt = (y: Float64Array, lag: number): number => {
  const centre = meanOf(y, 0, y.length);
  let [product, square] = [0, 0];
  for (let i = 0; i < y.length; i++) {
    const own = y[i]! - centre;
    square += own * own;
    if (i >= lag) product += own * (y[i - lag]! - centre);
  }
  return square > 0 ? product / square : 0;
};

const shareOf = (y: Float64Array, counts: (i: number) => boolean): number => {
  let count = 0;
  for (let i = 0; i < y.length; i++) if (counts(i)) count++;
  return count / y.length;
};

const missingShare = ({ missing, n }: SeriesView): number => {
  if (missing === null) return 0;
  let count = 0;
  for (const flag of missing) count += flag;
  return count / n;
};

const historyFeatures = (view: SeriesView): number[] => {
  const { y, n, stepSeconds } = view;
  const sorted = new Float64Array(y).sort();
  const last = y[n - 1]!;
  const [half, quarter] = [n >> 1, n >> 2];
  const from = (points: number) => Math.max(0, n - points);
  return [
    Math.log(n),
    (n * stepSeconds) / HOUR_SECONDS,
    Math.log(stepSeconds),
    last,
    ...WINDOWS.map((points) => meanOf(y, from(points), n)),
    deviationOf(y, from(12), n),
    deviationOf(y, from(36), n),
    roughnessOf(y, 0),
    roughnessOf(y, from(12)),
    meanOf(y, half, n) - meanOf(y, 0, half),
    meanOf(y, n - quarter, n) - meanOf(y, n - 2 * quarter, n - quarter),
    sorted[0]!,
    sortedQuantile(sorted, 0.1),
    sortedQuantile(sorted, 0.9),
    sorted[n - 1]!,
    shareOf(y, (i) => y[i]! < last),
    shareOf(y, (i) => i > 0 && y[i] === y[i - 1]),
    shareOf(y, (i) => y[i] === sorted[0]),
    missingShare(view),
    Math.asinh(-view.centre / view.scale),
    correlationAt(y, 1),
    correlationAt(y, 12),
  ];
};

const at = (level: number): number => POOL_LEVELS.indexOf(level);
const [TAIL_LOW, LOW, INNER_LOW, MIDDLE, INNER_HIGH, HIGH, TAIL_HIGH] = [
  0,
  at(0.1),
  at(0.3),
  at(0.5),
  at(0.7),
  at(0.9),
  POOL_LEVELS.length - 1,
] as const;

const yesterday = ({ y, n, stepSeconds }: SeriesView, lead: number): number[] => {
  const day = Math.round(DAY_SECONDS / stepSeconds);
  const index = n - 1 + lead - day;
  if (index < 0 || index >= n || day >= n) return [0, 0, 0, 0];
  const reach = Math.max(1, Math.round(HOUR_SECONDS / 2 / stepSeconds));
  const shift = y[n - 1]! - meanOf(y, Math.max(0, n - 1 - day - reach), Math.min(n, n - day + reach));
  return [1, y[index]!, meanOf(y, Math.max(0, index - reach), Math.min(n, index + reach + 1)), shift];
};

/**
 * Features of each lead, row-major (horizon x features) and rounded to single precision, so that training and serving
 * see the same numbers. All of them are free of the unit of the series. `ensemble` has the quantiles of the ensemble at
 * the pool levels (levels x horizon), in units of the view.
 */
export const fleetFeatures = (view: SeriesView, ensemble: readonly Float64Array[]): Float32Array => {
  const horizon = ensemble[0]!.length;
  const width = FLEET_FEATURES.length;
  const rows = new Float32Array(horizon * width);
  const shared = historyFeatures(view);
  const last = view.y[view.n - 1]!;
  for (let h = 0; h < horizon; h++) {
    const q = (l: number): number => ensemble[l]![h]!;
    const lead = h + 1;
    rows.set(shared, h * width);
    rows.set(
      [
        Math.log(lead),
        (lead * view.stepSeconds) / HOUR_SECONDS,
        lead / view.n,
        ...yesterday(view, lead),
        q(MIDDLE),
        q(HIGH) - q(LOW),
        q(HIGH) + q(LOW) - 2 * q(MIDDLE),
        q(LOW) - q(TAIL_LOW),
        q(TAIL_HIGH) - q(HIGH),
        q(MIDDLE) - last,
        q(INNER_HIGH) - q(INNER_LOW),
      ],
      h * width + shared.length,
    );
  }
  return rows;
};
