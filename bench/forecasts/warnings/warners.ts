import { assessBreach } from '../../../core/forecasts/breach/assess-breach.ts';
import { forecastWithState } from '../../../core/forecasts/engine/ensemble.ts';
import type { FleetTrees } from '../../../core/forecasts/engine/fleet/fleet-trees.ts';
import { DEFAULT_SETTINGS, type EngineSettings } from '../../../core/forecasts/engine/settings.ts';
import { isBeyond } from '../../../core/forecasts/resolved-threshold.ts';
import { DAY_SECONDS, HOUR_SECONDS } from '../../../core/shared/time.ts';
import type { World } from './world.ts';

/** A forecast of a method for a world. */
export interface Warning {
  /** P(breach within the horizon). */
  readonly probability: number;
  /** Share of the future inside p10-p90; null if the method has no band. */
  readonly covered: number | null;
}

export type Warner = (world: World) => Warning;

const certain = (isBreach: boolean): Warning => ({ probability: Number(isBreach), covered: null });

/** The engine, and the fleet trees for short histories if there are any. */
export const warnerOf =
  ({
    settings = DEFAULT_SETTINGS,
    fleet = null,
  }: {
    readonly settings?: EngineSettings;
    readonly fleet?: FleetTrees | null;
  } = {}): Warner =>
  ({ history, future, threshold, bounds }) => {
    const request = { history, horizon: future.length, ...(bounds && { bounds }) };
    const { forecast: made } = forecastWithState(request, null, settings, fleet);
    const [low, high] = [made.quantiles[0]!, made.quantiles.at(-1)!];
    const inside = future.filter((value, h) => value >= low[h]! && value <= high[h]!);
    const observed = future.filter(Number.isFinite);
    const { probability } = assessBreach(made, { ...threshold, source: 'fixed' }, history);
    return { probability, covered: inside.length / observed.length };
  };

/** Prometheus' predict_linear(metric[hours], horizon): a least-squares line through the window, read at the horizon. */
const byPredictLinear =
  (hours: number): Warner =>
  ({ history, future, threshold }) => {
    const window = history.values.subarray(-Math.round((hours * HOUR_SECONDS) / history.stepSeconds));
    let [n, t, y, tt, ty] = [0, 0, 0, 0, 0];
    window.forEach((value, i) => {
      if (!Number.isFinite(value)) return;
      const at = i + 1 - window.length;
      [n, t, y, tt, ty] = [n + 1, t + at, y + value, tt + at * at, ty + at * value];
    });
    const slope = (n * ty - t * y) / (n * tt - t * t);
    return certain(isBeyond((y - slope * t) / n + slope * future.length, threshold));
  };

const LEVEL_GAIN = 0.3;
const TREND_GAIN = 0.05;

/** Holt's linear method (Holt 1957) with usual gains, read at the horizon. */
const byHolt: Warner = ({ history, future, threshold }) => {
  let [level, trend] = [Number.NaN, 0];
  for (const value of history.values) {
    if (!Number.isFinite(value)) continue;
    const expected = Number.isNaN(level) ? value : level + trend;
    const next = expected + LEVEL_GAIN * (value - expected);
    trend = Number.isNaN(level) ? 0 : trend + TREND_GAIN * (next - level - trend);
    level = next;
  }
  return certain(isBeyond(level + trend * future.length, threshold));
};

/** The same hours of the day before. */
const bySeasonalNaive: Warner = ({ history, future, threshold }) => {
  const day = Math.round(DAY_SECONDS / history.stepSeconds);
  const from = history.values.length - day;
  const before = history.values.subarray(from, from + future.length);
  return certain(before.some((value) => isBeyond(value, threshold)));
};

/** Methods by name; the engine first. */
export const WARNERS: Readonly<Record<string, Warner>> = {
  engine: warnerOf(),
  'ensemble alone': warnerOf({ settings: { ...DEFAULT_SETTINGS, adaptation: false } }),
  'predict_linear 1 h': byPredictLinear(1),
  'predict_linear 4 h': byPredictLinear(4),
  'predict_linear 6 h': byPredictLinear(6),
  Holt: byHolt,
  'seasonal naive': bySeasonalNaive,
};
