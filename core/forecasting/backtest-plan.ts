import type { SeriesView } from './series-view.ts';
import type { EngineSettings } from './settings.ts';

/** Where the candidates are tested: rolling origins, their weights, the leads looked at and their blocks. */
export interface BacktestPlan {
  /** Ascending; each forecast sees only `y[0..origin)`. */
  readonly origins: Int32Array;
  readonly originWeights: Float64Array;
  /** Ascending leads (steps ahead, from 1) at which errors are taken. */
  readonly leads: Int32Array;
  /** Block of each lead. */
  readonly leadBlock: Uint8Array;
  /** Last lead of each block; the last one is the horizon. */
  readonly blockEnds: Int32Array;
}

const BLOCK_SHARES = [0.04, 0.13, 0.34, 0.67, 1];

/** Ends of the horizon blocks: short leads apart, long leads pooled. */
const horizonBlocks = (horizon: number): Int32Array => {
  const ends = BLOCK_SHARES.map((share) => Math.max(1, Math.round(share * horizon)));
  return Int32Array.from(new Set(ends));
};

const spreadLeads = (blockEnds: Int32Array, perBlock: number, maxLead: number): number[] => {
  const leads = new Set<number>();
  let from = 0;
  for (const end of blockEnds) {
    const last = Math.min(end, maxLead);
    for (let k = 1; k <= perBlock; k++)
      leads.add(Math.max(from + 1, Math.round(from + ((last - from) * k) / perBlock)));
    from = last;
    if (last === maxLead) break;
  }
  return [...leads].filter((lead) => lead <= maxLead).sort((a, b) => a - b);
};

const greatestCommonDivisor = (a: number, b: number): number =>
  b === 0 ? a : greatestCommonDivisor(b, a % b);

/** Backwards from the end at a stride that shares no factor with the season, so that times of day vary. */
const spreadOrigins = (n: number, first: number, most: number, period: number): Int32Array => {
  const span = Math.max(1, n - first);
  let stride = Math.max(1, Math.ceil(span / most));
  while (stride > 1 && greatestCommonDivisor(stride, period) > 1) stride++;
  const origins: number[] = [];
  for (let origin = n - 1; origin >= first && origins.length < most; origin -= stride) origins.push(origin);
  return Int32Array.from(origins.reverse());
};

const weighOrigins = (view: SeriesView, origins: Int32Array, settings: EngineSettings): Float64Array => {
  const day = 86_400 / view.stepSeconds;
  const { extra, hours } = settings.sameTimeOfDay;
  return Float64Array.from(origins, (origin) => {
    const age = (view.n - origin) / day;
    const phase = (view.n - origin) % day;
    const apart = (Math.min(phase, day - phase) * view.stepSeconds) / 3600;
    const near = view.stepSeconds < 43_200 ? 1 + extra * Math.exp(-((apart / hours) ** 2)) : 1;
    return 0.5 ** (age / settings.halfLifeDays) * near;
  });
};

/** Lays out the rolling backtest (Tashman 2000) for a horizon. */
export const planBacktest = (view: SeriesView, horizon: number, settings: EngineSettings): BacktestPlan => {
  const maxLead = Math.max(1, Math.min(horizon, Math.floor(view.n / 2)));
  const blockEnds = horizonBlocks(horizon);
  const leads = Int32Array.from(spreadLeads(blockEnds, 4, maxLead));
  const leadBlock = Uint8Array.from(leads, (lead) => blockEnds.findIndex((end) => lead <= end));
  const first = Math.min(view.n - 1, Math.max(2, Math.min(view.period + 1, view.n >> 1)));
  const origins = spreadOrigins(view.n, first, settings.maxOrigins, view.period);
  return { origins, originWeights: weighOrigins(view, origins, settings), leads, leadBlock, blockEnds };
};
