import type { BreachFigures } from './breach-scores.ts';
import type { M4Figures } from './m4-hourly.ts';
import type { GroupFigures } from './score-tasks.ts';

/** All figures of one bench run. CPU in milliseconds per series. */
export interface ForecastBenchResult {
  readonly engine: string;
  readonly machine: string;
  readonly commit: string;
  readonly groups: readonly GroupFigures[];
  readonly cpu: { readonly engine: number; readonly augurs: number; readonly ratio: number };
  readonly m4: M4Figures;
  readonly breach: BreachFigures;
}
