import { shippedFleetTrees } from '../../../core/forecasts/shipped-fleet-trees.ts';
import { HOUR_SECONDS } from '../../../core/shared/time.ts';
import { warnerOf } from './warners.ts';
import { figuresOf, type WarningFigures } from './warning-figures.ts';
import type { World } from './world.ts';

/** Histories of new targets, below two days. */
const HOURS = [3, 6, 12, 24, 36] as const;

/** Warnings from the last hours of the histories of one set of worlds, by the ensemble and by the fleet trees. */
export interface ShortHistoryFigures {
  readonly set: string;
  readonly hours: number;
  readonly ensemble: WarningFigures;
  readonly trees: WarningFigures;
}

const lastHours = (world: World, hours: number): World => {
  const { start, stepSeconds, values } = world.history;
  const kept = values.subarray(-Math.round((hours * HOUR_SECONDS) / stepSeconds));
  return {
    ...world,
    history: { start: start + (values.length - kept.length) * stepSeconds, stepSeconds, values: kept },
  };
};

/** Whether the fleet trees, which serve short histories, announce breaches as well as the ensemble that they replace. */
export const shortHistories = (set: string, worlds: readonly World[]): ShortHistoryFigures[] =>
  HOURS.map((hours) => {
    const cut = worlds.map((world) => lastHours(world, hours));
    const figures = (warn: ReturnType<typeof warnerOf>) =>
      figuresOf(cut.map((world) => ({ world, warning: warn(world) })));
    return {
      set,
      hours,
      ensemble: figures(warnerOf()),
      trees: figures(warnerOf({ fleet: shippedFleetTrees() })),
    };
  });
