/** Windows with the forecasts of the champion, which is the ensemble, and what followed. */
import { assessBreach } from '../../../core/forecasts/breach/assess-breach.ts';
import { resolveThreshold } from '../../../core/forecasts/breach/resolve-threshold.ts';
import { forecast } from '../../../core/forecasts/engine/ensemble.ts';
import { maseScale } from '../../../core/forecasts/forecast-losses.ts';
import type { RegularSeries } from '../../../core/metrics/series/metric-series.ts';
import { type FleetSeries, STEP_SECONDS, STEPS_PER_DAY } from '../shared/fleet-series.ts';

const HORIZON = 96;
const HISTORY = 7 * STEPS_PER_DAY;
/** Windows of each series, and the steps between them: 30 hours, so that each begins at another hour. */
const WINDOWS = 6;
const APART = 360;
/** Quantiles of the history that serve as limits. */
const LIMITS = [0.95, 0.99, 1];
const ENOUGH = 0.9;

export interface FrozenWindow {
  readonly seriesId: string;
  readonly window: string;
  readonly segment: string;
  readonly levels: readonly number[];
  readonly quantiles: readonly Float64Array[];
  readonly actual: Float64Array;
  readonly scale: number;
  readonly breaches: readonly { readonly probability: number; readonly crossed: boolean }[];
}

const windowOf = (
  { targetId, profile, metric }: FleetSeries,
  history: RegularSeries,
  actual: Float64Array,
  window: number,
): FrozenWindow | null => {
  const observed = (values: Float64Array) => values.filter(Number.isFinite).length / values.length;
  const last = history.values.at(-1)!;
  if (observed(history.values) < ENOUGH || observed(actual) < ENOUGH || !Number.isFinite(last)) return null;
  const made = forecast({ history, horizon: HORIZON });
  const breaches = LIMITS.flatMap((quantile) => {
    const threshold = resolveThreshold({ kind: 'historical', direction: 'above', quantile }, history);
    if (last > threshold.limit) return [];
    const { probability } = assessBreach(made, threshold, history);
    return [{ probability, crossed: actual.some((value) => value > threshold.limit) }];
  });
  return {
    ...{
      seriesId: `${targetId} ${metric}`,
      window: `window ${window}`,
      segment: `${metric} of ${profile} targets`,
    },
    ...{
      levels: made.quantileLevels,
      quantiles: made.quantiles,
      actual,
      scale: maseScale(history),
      breaches,
    },
  };
};

/** The latest windows of each series that have values. */
export const frozenWindows = (series: readonly FleetSeries[]): FrozenWindow[] =>
  series.flatMap((one) => {
    const { start, values } = one.series;
    return Array.from({ length: WINDOWS }, (_, k) => {
      const end = values.length - k * APART;
      const from = end - HORIZON;
      if (from < HISTORY) return null;
      const history = {
        start: start + (from - HISTORY) * STEP_SECONDS,
        stepSeconds: STEP_SECONDS,
        values: values.slice(from - HISTORY, from),
      };
      return windowOf(one, history, values.slice(from, end), k);
    }).filter((window) => window !== null);
  });
