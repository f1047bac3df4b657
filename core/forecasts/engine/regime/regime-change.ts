import type { Deseasonalised } from '../series/deseasonalised.ts';
import { runningSums, type SeriesView } from '../series/series-view.ts';
import { findClockChange, withNewClock } from './clock-change.ts';
import { atNewLevel, findLevelShift } from './level-shift.ts';

/** A recent change after which the series continues differently from most of its history. */
export interface RegimeChange {
  readonly kind: 'level-shift' | 'clock-change';
  /** First step after the change. */
  readonly at: number;
  /** Change of the level in units of the view; 0 for a clock change. */
  readonly change: number;
  /** Probability that the new regime lasts: the weight of a forecast from the adjusted history. */
  readonly weight: number;
  /** The history as it would have been under the new regime. */
  readonly adjusted: SeriesView;
}

const adjustedTo = (view: SeriesView, y: Float64Array): SeriesView => ({ ...view, y, sums: runningSums(y) });

/**
 * Finds a shift of the level within the last day or, in a series with a pattern of the day, a clock change within the
 * last week, unless the clock is known; null if there is neither.
 */
export const findRegimeChange = (
  view: SeriesView,
  series: Deseasonalised,
  isClockKnown: boolean,
): RegimeChange | null => {
  const shift = findLevelShift(series, view.period);
  if (shift !== null) {
    const { at, change, probability: weight } = shift;
    return { kind: 'level-shift', at, change, weight, adjusted: adjustedTo(view, atNewLevel(view.y, shift)) };
  }
  const clock = isClockKnown || series.pattern === null ? null : findClockChange(view.y, view.stepSeconds);
  if (clock === null) return null;
  const { at, probability: weight } = clock;
  return {
    kind: 'clock-change',
    at,
    change: 0,
    weight,
    adjusted: adjustedTo(view, withNewClock(view.y, clock)),
  };
};
