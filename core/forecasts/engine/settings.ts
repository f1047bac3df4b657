/** Settings of the engine. Chosen on tuning VMs only; `bench/LOG.md` lists rejected alternatives. */
export interface EngineSettings {
  /** Maximum number of rolling origins for scoring the candidates. */
  readonly maxOrigins: number;
  /** Number of tested leads per horizon block. */
  readonly leadsPerBlock: number;
  /** Age in main seasons (days; weeks for daily values) at which a backtest error has half the weight. */
  readonly halfLifeSeasons: number;
  /** Extra weight of an origin at the time of day of the forecast, and the hours over which it fades. */
  readonly sameTimeOfDay: { readonly extra: number; readonly hours: number };
  /** Member weight = (best loss / own loss) ^ exponent. */
  readonly weightExponent: number;
  /** Members below this share of the best member's weight are dropped. */
  readonly pruneBelow: number;
  /** Relative weight of a neighbouring horizon block's loss, per block of distance. */
  readonly blockSharing: number;
  /** Power that moves pooled levels towards the median; 1 keeps the width of the pool. */
  readonly poolSharpening: number;
  /** Adapts the forecast to a present ramp or a recent regime change. Off: the ensemble alone, for comparison. */
  readonly adaptation: boolean;
}

export const DEFAULT_SETTINGS: EngineSettings = {
  maxOrigins: 44,
  leadsPerBlock: 3,
  halfLifeSeasons: 4,
  sameTimeOfDay: { extra: 1, hours: 2 },
  weightExponent: 10,
  pruneBelow: 0.1,
  blockSharing: 0.5,
  poolSharpening: 0.8,
  adaptation: true,
};
