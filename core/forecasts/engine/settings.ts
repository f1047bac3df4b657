/** Numbers that shape the engine. Chosen on tuning VMs only; `bench/LOG.md` lists what else was tried. */
export interface EngineSettings {
  /** Most rolling origins used to score the candidates. */
  readonly maxOrigins: number;
  /** Leads looked at in each horizon block. */
  readonly leadsPerBlock: number;
  /** Main seasons (days; weeks for daily values) after which a backtest error counts half. */
  readonly halfLifeSeasons: number;
  /** Extra weight of an origin at the very time of day of the forecast, and how many hours away it fades. */
  readonly sameTimeOfDay: { readonly extra: number; readonly hours: number };
  /** Member weight = (best loss / own loss) ^ exponent. */
  readonly weightExponent: number;
  /** Members under this share of the best member's weight are dropped. */
  readonly pruneBelow: number;
  /** How much a neighbouring horizon block's loss counts beside a block's own, per block of distance. */
  readonly blockSharing: number;
  /** Power that draws pooled levels to the median; 1 leaves the pool as wide as it is. */
  readonly poolSharpening: number;
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
};
