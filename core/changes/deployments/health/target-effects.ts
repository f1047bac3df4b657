/** What each metric of a target did at a deployment. */

import type { TargetForecast } from '../../../forecasts/ports.ts';
import type { History } from '../../../metrics/blocks/block-history.ts';
import type { RegularSeries } from '../../../metrics/series/metric-series.ts';
import { regularise } from '../../../metrics/series/regularise.ts';
import type { Target } from '../../../metrics/targets/target.ts';
import { upperMedian } from '../../../shared/maths/averages.ts';
import { type DeployEffect, type DeployWindow, deployEffect, type Foretold } from './deploy-effect.ts';
import { type Concern, type HarmDirection, harmMeaningOf, towardsHarm } from './harm-direction.ts';

/** A target with all that is known of it around a deployment. */
export interface TargetMaterial {
  readonly target: Target;
  readonly histories: ReadonlyMap<string, History>;
  /** Only one that was published before the deployment. */
  readonly forecast?: TargetForecast | undefined;
}

/** One metric at a deployment; `effect` is undefined where nothing can be said of it. */
export interface MetricEffect {
  readonly targetId: string;
  readonly metric: string;
  readonly concern: Concern;
  readonly worse: HarmDirection;
  readonly effect: DeployEffect | undefined;
}

/** Slower metrics have no point before the watch is over. */
const SLOWEST_STEP_SECONDS = 1800;
/** Metrics that were silent for so long before the deployment are no longer sent: nothing is missing there. */
const SENT_WITHIN_SECONDS = 7200;
/** Standard deviations between the 10 % and the 90 % quantile of a normal distribution. */
const SIGMAS_IN_80_PERCENT = 2.5631;

const upTo = ({ timestamps, values }: History, until: number): History => {
  const end = timestamps.findLastIndex((at) => at <= until) + 1;
  return { timestamps: timestamps.slice(0, end), values: values.slice(0, end) };
};

/** A published forecast of one metric as an expectation; undefined where its quantiles do not tell a spread. */
export const foretoldBy = (forecast: TargetForecast | undefined, metric: string): Foretold | undefined => {
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
        // A step stands for the span that begins with it.
        return at + found.stepSeconds > from && at <= until;
      });
      if (steps.length === 0) return undefined;
      const spreads = steps.map((i) => (high[i]! - low[i]!) / SIGMAS_IN_80_PERCENT);
      return { median: upperMedian(steps.map((i) => median[i]!)), spread: upperMedian(spreads) };
    },
  };
};

const gridOf = (history: History, kind: Target['metrics'][string]['kind']): RegularSeries | undefined => {
  // A rate lies between two totals.
  const fewest = kind === 'counter' ? 2 : 1;
  if (history.values.filter(Number.isFinite).length < fewest) return undefined;
  const grid = regularise({ ...history, kind });
  return grid.stepSeconds <= SLOWEST_STEP_SECONDS ? grid : undefined;
};

const wasSent = ({ timestamps }: History, at: number): boolean =>
  timestamps.some((time) => time <= at && time > at - SENT_WITHIN_SECONDS);

/** Effects of a deployment on every metric that a target was sending before it, in order of name. */
export const targetEffects = (material: TargetMaterial, window: DeployWindow): MetricEffect[] => {
  const { target, histories, forecast } = material;
  return [...histories]
    .filter(([, history]) => wasSent(history, window.at))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([metric, history]) => {
      const { kind, unit } = target.metrics[metric] ?? { kind: 'gauge' as const };
      const { concern, worse, ...scale } = harmMeaningOf(metric, unit);
      const grid = gridOf(upTo(history, window.until), kind);
      const effect = grid && deployEffect(grid, window, scale, foretoldBy(forecast, metric));
      return { targetId: target.targetId, metric, concern, worse, effect };
    });
};

const FEWEST_PEERS = 3;
/** Standard deviations of a normal variable in its median absolute deviation. */
const SIGMA_IN_MAD = 0.6745;

/** How the peers' values of one metric moved, and how differently. */
export interface SharedMove {
  readonly isLog: boolean;
  readonly moved: number;
  readonly spread: number;
}

/**
 * Moves of at least three peers, by metric: difference in differences. What happens to all of them is not the doing of
 * one deployment.
 */
export const sharedMoves = (peers: readonly (readonly MetricEffect[])[]): ReadonlyMap<string, SharedMove> => {
  const known = peers
    .flat()
    .flatMap(({ metric, effect }) => (effect === undefined ? [] : [{ metric, effect }]));
  const shared = new Map<string, SharedMove>();
  for (const [metric, own] of Map.groupBy(known, (each) => each.metric)) {
    const { isLog } = own[0]!.effect;
    const moves = own.filter(({ effect }) => effect.isLog === isLog).map(({ effect }) => effect.moved);
    if (moves.length < FEWEST_PEERS) continue;
    const moved = upperMedian(moves);
    const spread = upperMedian(moves.map((move) => Math.abs(move - moved))) / SIGMA_IN_MAD;
    shared.set(metric, { isLog, moved, spread });
  }
  return shared;
};

/**
 * Spreads towards the worse by which a metric moved, beyond what its peers did too. That they got better excuses
 * nothing, and that they got worse never adds harm.
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
