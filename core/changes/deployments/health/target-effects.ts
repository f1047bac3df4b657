/** Effects of a deployment on each metric of a target. */

import type { TargetForecast } from '../../../forecasts/target-forecast.ts';
import type { History } from '../../../metrics/blocks/block-history.ts';
import type { RegularSeries } from '../../../metrics/series/metric-series.ts';
import { regularise } from '../../../metrics/series/regularise.ts';
import { readMetric } from '../../../metrics/targets/read-metric.ts';
import type { Target } from '../../../metrics/targets/target.ts';
import type { Settings } from '../../../platform/settings/settings.ts';
import { upperMedian } from '../../../shared/maths/averages.ts';
import { type DeployEffect, type DeployWindow, deployEffect, type EarlierForecast } from './deploy-effect.ts';
import { type Concern, type HarmDirection, harmMeaningOf, towardsHarm } from './harm-direction.ts';

/** A target with its data around a deployment. */
export interface TargetMaterial {
  readonly target: Target;
  /** Of the tenant; none if omitted. */
  readonly settings?: Settings;
  readonly histories: ReadonlyMap<string, History>;
  /** Only if it was published before the deployment. */
  readonly forecast?: TargetForecast | undefined;
}

/** One metric at a deployment. `effect` is undefined if there is too little data. */
export interface MetricEffect {
  readonly targetId: string;
  readonly metric: string;
  readonly concern: Concern;
  readonly worse: HarmDirection;
  readonly effect: DeployEffect | undefined;
}

/** Slower metrics may have no point before the watch ends. */
const MAX_STEP_SECONDS = 1800;
/** Metrics without a point in this time before the deployment are no longer sent, so they do not count as missing. */
const MAX_SILENT_SECONDS = 7200;
/** Standard deviations between the 10 % and the 90 % quantile of a normal distribution. */
const SIGMAS_IN_80_PERCENT = 2.5631;

const upTo = ({ timestamps, values }: History, until: number): History => {
  const end = timestamps.findLastIndex((at) => at <= until) + 1;
  return { timestamps: timestamps.slice(0, end), values: values.slice(0, end) };
};

/** The forecast of one metric; undefined if the levels 0.1, 0.5 and 0.9 are not all there. */
export const earlierForecastOf = (
  forecast: TargetForecast | undefined,
  metric: string,
): EarlierForecast | undefined => {
  const found = forecast?.metrics.find((one) => one.metric === metric)?.forecast;
  const level = (wanted: number) =>
    found?.quantiles[found.quantileLevels.findIndex((each) => Math.abs(each - wanted) < 1e-9)];
  const [low, median, high] = [level(0.1), level(0.5), level(0.9)];
  if (found === undefined || low === undefined || median === undefined || high === undefined)
    return undefined;
  return {
    medianBetween: (from, until) => {
      const steps = Array.from({ length: found.horizon }, (_, i) => i).filter((i) => {
        const at = found.start + i * found.stepSeconds;
        // A step covers the span that begins at its timestamp.
        return at + found.stepSeconds > from && at <= until;
      });
      if (steps.length === 0) return undefined;
      const spreads = steps.map((i) => (high[i]! - low[i]!) / SIGMAS_IN_80_PERCENT);
      return { median: upperMedian(steps.map((i) => median[i]!)), spread: upperMedian(spreads) };
    },
  };
};

const gridOf = (history: History, kind: Target['metrics'][string]['kind']): RegularSeries | undefined => {
  // A rate needs two totals.
  const minPoints = kind === 'counter' ? 2 : 1;
  if (history.values.filter(Number.isFinite).length < minPoints) return undefined;
  const grid = regularise({ ...history, kind });
  return grid.stepSeconds <= MAX_STEP_SECONDS ? grid : undefined;
};

const wasSent = ({ timestamps }: History, at: number): boolean =>
  timestamps.some((time) => time <= at && time > at - MAX_SILENT_SECONDS);

/**
 * Effects of a deployment on every metric that the target was sending before it, sorted by name. Omits metrics of which the
 * tenant says that no change does harm.
 */
export const targetEffects = (material: TargetMaterial, window: DeployWindow): MetricEffect[] => {
  const { target, settings, histories, forecast } = material;
  return [...histories]
    .filter(([, history]) => wasSent(history, window.at))
    .map(([metric, history]) => ({ metric, history, ...readMetric(target, metric, settings) }))
    .filter(({ own }) => own?.harm !== 'none')
    .sort((a, b) => (a.metric < b.metric ? -1 : 1))
    .map(({ metric, history, kind, unit, own }) => {
      const { concern, worse, ...scale } = harmMeaningOf(metric, unit, own);
      const grid = gridOf(upTo(history, window.until), kind);
      const effect = grid && deployEffect(grid, window, scale, earlierForecastOf(forecast, metric));
      return { targetId: target.targetId, metric, concern, worse, effect };
    });
};

const MIN_PEERS = 3;
/** Median absolute deviation of a normal variable, in standard deviations. */
const SIGMA_IN_MAD = 0.6745;

/** The median move of one metric over the peers, and its spread. */
export interface SharedMove {
  readonly isLog: boolean;
  readonly moved: number;
  readonly spread: number;
}

/**
 * Moves of at least three peers, by metric, for a difference in differences: one deployment does not cause what happens
 * to all peers.
 */
export const sharedMoves = (peers: readonly (readonly MetricEffect[])[]): ReadonlyMap<string, SharedMove> => {
  const known = peers
    .flat()
    .flatMap(({ metric, effect }) => (effect === undefined ? [] : [{ metric, effect }]));
  const shared = new Map<string, SharedMove>();
  for (const [metric, own] of Map.groupBy(known, (each) => each.metric)) {
    const { isLog } = own[0]!.effect;
    const moves = own.filter(({ effect }) => effect.isLog === isLog).map(({ effect }) => effect.moved);
    if (moves.length < MIN_PEERS) continue;
    const moved = upperMedian(moves);
    const spread = upperMedian(moves.map((move) => Math.abs(move - moved))) / SIGMA_IN_MAD;
    shared.set(metric, { isLog, moved, spread });
  }
  return shared;
};

/**
 * How far a metric moved in the harmful direction, in spreads, beyond the move of its peers. Peers can only reduce harm,
 * never add to it.
 */
export const harmfulSpreads = (
  { worse, effect }: MetricEffect,
  shared: SharedMove | undefined,
): { readonly spreads: number; readonly excused: boolean } => {
  if (effect === undefined) return { spreads: 0, excused: false };
  const alone = towardsHarm(effect.moved, worse) / effect.spread;
  if (shared === undefined || shared.isLog !== effect.isLog || alone <= 0)
    return { spreads: alone, excused: false };
  const rest = towardsHarm(effect.moved - shared.moved, worse) / Math.hypot(effect.spread, shared.spread);
  return rest < alone ? { spreads: rest, excused: true } : { spreads: alone, excused: false };
};
