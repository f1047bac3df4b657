/** Numbers that shape the engine. Chosen on tuning VMs only; `bench/LOG.md` lists what else was tried. */
export interface EngineSettings {
  /** Most rolling origins used to score the candidates. */
  readonly maxOrigins: number;
  /** Days after which a backtest error counts half. */
  readonly halfLifeDays: number;
  /** Extra weight of an origin at the very time of day of the forecast, and how many hours away it fades. */
  readonly sameTimeOfDay: { readonly extra: number; readonly hours: number };
  /** Member weight = (best loss / own loss) ^ exponent. */
  readonly weightExponent: number;
  /** Members under this share of the best member's weight are dropped. */
  readonly pruneBelow: number;
}

export const DEFAULT_SETTINGS: EngineSettings = {
  maxOrigins: 60,
  halfLifeDays: 4,
  sameTimeOfDay: { extra: 1, hours: 2 },
  weightExponent: 12,
  pruneBelow: 0.03,
};
