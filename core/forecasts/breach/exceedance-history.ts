import type { RegularSeries } from '../../metrics/series/metric-series.ts';
import type { ResolvedThreshold } from '../resolved-threshold.ts';

/** Past behaviour of a series around one threshold. */
export interface ExceedanceHistory {
  readonly observedSteps: number;
  readonly stepsBeyond: number;
  /** Separate excursions: runs of steps beyond, at least `persistenceSteps` long. */
  readonly excursions: number;
  /** Observed values, ascending, with the threshold's direction turned to "above". */
  readonly sorted: Float64Array;
}

/** Turns a series so that beyond always means above: `below` thresholds are mirrored. */
const signOf = (threshold: ResolvedThreshold): 1 | -1 => (threshold.direction === 'above' ? 1 : -1);

/** Counts steps and excursions beyond the threshold; missing steps neither start nor end one. */
export const exceedanceHistory = (
  history: RegularSeries,
  threshold: ResolvedThreshold,
  persistenceSteps: number,
): ExceedanceHistory => {
  const sign = signOf(threshold);
  const limit = sign * threshold.limit;
  const turned = new Float64Array(history.values.length);
  let [observedSteps, stepsBeyond, excursions, run] = [0, 0, 0, 0];
  for (let i = 0; i < history.values.length; i++) {
    const value = sign * history.values[i]!;
    if (!Number.isFinite(value)) continue;
    turned[observedSteps++] = value;
    run = value > limit ? run + 1 : 0;
    if (run > 0) stepsBeyond++;
    if (run === persistenceSteps) excursions++;
  }
  const sorted = turned.subarray(0, observedSteps).sort();
  return { observedSteps, stepsBeyond, excursions, sorted };
};

/** Share of the observed values above `level` (mirrored units); at least half an observation, so never zero. */
export const shareAbove = ({ sorted }: ExceedanceHistory, level: number): number => {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! > level) high = middle;
    else low = middle + 1;
  }
  return Math.max(0.5, sorted.length - low) / Math.max(1, sorted.length);
};
