import type { RegularSeries } from '../../metrics/series/metric-series.ts';
import { DAY_SECONDS } from '../../shared/time.ts';
import { isBeyond, type ResolvedThreshold } from '../resolved-threshold.ts';

/** Weight of a day relative to the day after it. */
const DAILY_DECAY = 0.8;
/** Days assumed in addition to the observed ones, half of them with an excursion. */
const PRIOR_DAYS = 0.3;

/** Past excursions of a series beyond a threshold, as far as they recur. */
export interface Recurrence {
  /** Share of the past days with an excursion at the hours of the forecast, recent days weighing more; in (0, 1). */
  readonly dailyShare: number;
  /** Horizons since the last excursion; the length of the history if there is none. */
  readonly quietHorizons: number;
}

/** 1 at the steps at which a run beyond the threshold reaches `persistenceSteps`. Missing steps neither start nor end one. */
const excursionsOf = (
  values: Float64Array,
  threshold: ResolvedThreshold,
  persistenceSteps: number,
): Uint8Array => {
  const excursions = new Uint8Array(values.length);
  let run = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    run = isBeyond(value, threshold) ? run + 1 : 0;
    if (run >= persistenceSteps) excursions[i] = 1;
  }
  return excursions;
};

/**
 * Counts on how many past days the same hours had an excursion, and the time since the last one. Null if the history is
 * shorter than a day, or than the horizon rounded up to days.
 */
export const recurrenceOf = (
  { values, stepSeconds }: RegularSeries,
  threshold: ResolvedThreshold,
  persistenceSteps: number,
  horizon: number,
): Recurrence | null => {
  const day = Math.max(1, Math.round(DAY_SECONDS / stepSeconds));
  const cycle = day * Math.ceil(horizon / day);
  if (values.length < cycle) return null;
  const excursions = excursionsOf(values, threshold, persistenceSteps);
  let [share, total, weight] = [PRIOR_DAYS / 2, PRIOR_DAYS, 1];
  for (let from = values.length - cycle; from >= 0; from -= cycle) {
    const window = excursions.subarray(from, from + horizon);
    share += window.includes(1) ? weight : 0;
    total += weight;
    weight *= DAILY_DECAY;
  }
  const last = excursions.lastIndexOf(1);
  return { dailyShare: share / total, quietHorizons: (values.length - Math.max(0, last)) / horizon };
};
