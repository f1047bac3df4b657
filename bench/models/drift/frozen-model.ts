/** A model that learns once and never adapts: the quantiles of its training weeks at each hour of each kind of day. */
import { maseScale } from '../../../core/forecasts/forecast-losses.ts';
import type { RegularSeries } from '../../../core/metrics/series/metric-series.ts';
import { centralShare, errorSums } from '../../../core/models/performance/error-sums.ts';
import { sortedQuantile } from '../../../core/shared/maths/order-statistics.ts';
import { STEPS_PER_DAY } from '../shared/fleet-series.ts';

const LEVELS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
const STEPS_PER_HOUR = STEPS_PER_DAY / 24;
const EVERY = 3;

export interface DayScore {
  readonly loss: number;
  readonly covered: number;
}

/** Scores every third value of a whole day that begins at `start`. */
export type FrozenModel = (start: number, values: Float64Array) => DayScore | null;

const kindOf = (start: number): 0 | 1 => {
  const weekday = (Math.floor(start / 86_400) + 4) % 7;
  return weekday === 0 || weekday === 6 ? 1 : 0;
};

/** Trains on whole days. */
export const trainFrozen = (training: RegularSeries): FrozenModel => {
  const groups: number[][][] = [0, 1].map(() => Array.from({ length: 24 }, () => []));
  training.values.forEach((value, i) => {
    if (!Number.isFinite(value)) return;
    const hour = Math.floor((i % STEPS_PER_DAY) / STEPS_PER_HOUR);
    groups[kindOf(training.start + i * training.stepSeconds)]![hour]!.push(value);
  });
  const rows = groups.map((hours) => {
    const sorted = hours.map((own) => Float64Array.from(own).sort());
    return LEVELS.map((level) =>
      Float64Array.from({ length: STEPS_PER_DAY / EVERY }, (_, h) =>
        sortedQuantile(sorted[Math.floor((h * EVERY) / STEPS_PER_HOUR)]!, level),
      ),
    );
  });
  const scale = maseScale(training);
  return (start, values) => {
    const actual = values.filter((_, i) => i % EVERY === 0);
    const quantiles = rows[kindOf(start)]!;
    const sums = errorSums({ quantileLevels: LEVELS, quantiles, actual, scale }, 0, actual.length);
    if (sums.steps === 0 || !Number.isFinite(sums.scaledQuantileLoss)) return null;
    return { loss: sums.scaledQuantileLoss / sums.steps, covered: centralShare(sums) };
  };
};
