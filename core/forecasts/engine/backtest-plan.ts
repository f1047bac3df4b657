import { DAY_SECONDS, HOUR_SECONDS } from '../../shared/time.ts';
import { horizonBlocks, testLeads } from './horizon-blocks.ts';
import type { SeriesView } from './series/series-view.ts';
import type { EngineSettings } from './settings.ts';

/** The tests of one horizon block: predictions, their actual values, and their weights. */
export interface BlockTests {
  /** Index of the prediction: origin index * number of leads + lead index. */
  readonly prediction: Int32Array;
  /** Step of the actual value. */
  readonly step: Int32Array;
  readonly weight: Float64Array;
}

/** Origins and leads at which the candidates are tested, grouped into horizon blocks. */
export interface BacktestPlan {
  /** Ascending; each forecast sees only `y[0..origin)`. */
  readonly origins: Int32Array;
  /** For each origin, the number of leads inside the history. */
  readonly leadCounts: Int32Array;
  /** Ascending leads (steps ahead, from 1) at which errors are measured. */
  readonly leads: Int32Array;
  /** Last lead of each block; the last one is the horizon. */
  readonly blockEnds: Int32Array;
  readonly blocks: readonly BlockTests[];
}

const greatestCommonDivisor = (a: number, b: number): number =>
  b === 0 ? a : greatestCommonDivisor(b, a % b);

/** Backwards from the end, with a stride that shares no factor with the season, so that times of day vary. */
const spreadOrigins = (n: number, first: number, most: number, period: number): Int32Array => {
  let stride = Math.max(1, Math.ceil((n - first) / most));
  while (stride > 1 && greatestCommonDivisor(stride, period) > 1) stride++;
  const origins: number[] = [];
  for (let origin = n - 1; origin >= first && origins.length < most; origin -= stride) origins.push(origin);
  return Int32Array.from(origins.reverse());
};

/** Recent origins and those at the same time of day as the forecast count more. */
const originWeight = (view: SeriesView, origin: number, settings: EngineSettings): number => {
  const day = DAY_SECONDS / view.stepSeconds;
  const age = view.n - origin;
  const recency = 0.5 ** (age / view.period / settings.halfLifeSeasons);
  if (day < 3) return recency;
  const phase = age % day;
  const hoursApart = (Math.min(phase, day - phase) * view.stepSeconds) / HOUR_SECONDS;
  const { extra, hours } = settings.sameTimeOfDay;
  return recency * (1 + extra * Math.exp(-((hoursApart / hours) ** 2)));
};

const blockTests = (
  view: SeriesView,
  origins: Int32Array,
  leads: Int32Array,
  from: number,
  to: number,
  weights: Float64Array,
): BlockTests => {
  const prediction: number[] = [];
  const step: number[] = [];
  const weight: number[] = [];
  origins.forEach((origin, o) => {
    leads.forEach((lead, j) => {
      const s = origin + lead - 1;
      if (lead <= from || lead > to || s >= view.n || view.missing?.[s] === 1) return;
      prediction.push(o * leads.length + j);
      step.push(s);
      weight.push(weights[o]!);
    });
  });
  return {
    prediction: Int32Array.from(prediction),
    step: Int32Array.from(step),
    weight: Float64Array.from(weight),
  };
};

/** Lays out the rolling-origin backtest (Tashman 2000) for a horizon; leads reach at most half the history. */
export const planBacktest = (view: SeriesView, horizon: number, settings: EngineSettings): BacktestPlan => {
  const blockEnds = horizonBlocks(horizon);
  const leads = testLeads(blockEnds, settings.leadsPerBlock, view.n);
  const first = Math.min(view.n - 1, Math.max(2, Math.min(view.period + 1, view.n >> 1)));
  const origins = spreadOrigins(view.n, first, settings.maxOrigins, view.period);
  const weights = Float64Array.from(origins, (origin) => originWeight(view, origin, settings));
  return {
    origins,
    leadCounts: Int32Array.from(origins, (origin) => leads.filter((lead) => origin + lead <= view.n).length),
    leads,
    blockEnds,
    blocks: Array.from(blockEnds, (end, b) =>
      blockTests(view, origins, leads, b === 0 ? 0 : blockEnds[b - 1]!, end, weights),
    ),
  };
};
