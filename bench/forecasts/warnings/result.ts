import type { HealthyFleetFigures } from './healthy-fleet.ts';
import type { ShortHistoryFigures } from './short-histories.ts';
import type { CalibrationRow, WarningFigures } from './warning-figures.ts';
import type { WeeklyWarnings } from './weekly-warnings.ts';

/** Figures of one set of worlds: by method, and for the engine by kind of world. */
export interface WarningsOfSet {
  readonly set: string;
  readonly methods: Readonly<Record<string, WarningFigures>>;
  readonly kinds: Readonly<Record<string, WarningFigures>>;
  /** Of the engine. */
  readonly calibration: readonly CalibrationRow[];
}

export interface WarningsBenchResult {
  readonly sets: readonly WarningsOfSet[];
  readonly shortHistories: readonly ShortHistoryFigures[];
  readonly weekly: readonly WeeklyWarnings[];
  readonly healthy: HealthyFleetFigures;
}
