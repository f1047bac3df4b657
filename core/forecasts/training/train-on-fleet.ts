import { InvalidInputError } from '../../shared/errors.ts';
import { cutSeries, type FleetSeries, inOrder } from './fleet-series.ts';
import type { FleetTrainingParameters } from './fleet-training-parameters.ts';
import { limitsOf, randomOf, rowsOfSeries } from './series-rows.ts';
import { trainFleetTrees } from './train-fleet-trees.ts';
import { DEFAULT_TREE_SETTINGS } from './tree-settings.ts';

/** What a training learns from. Epoch seconds; nothing from `trainUntil` on is used. */
export interface TrainingSpan {
  readonly trainFrom: number;
  readonly trainUntil: number;
}

/** A trained artefact, and figures about its training. */
export interface TrainedFleetTrees {
  readonly artefact: Uint8Array;
  readonly metrics: { readonly series: number; readonly rows: number; readonly bytes: number };
}

/** At most this many series; which ones depends on their names and the seed alone. */
const sampleOf = (fleet: readonly FleetSeries[], most: number, seed: number): FleetSeries[] => {
  if (fleet.length <= most) return [...fleet];
  const drawn = fleet.map((one) => ({ one, key: randomOf(one.name, seed)() }));
  return drawn
    .sort((a, b) => a.key - b.key)
    .slice(0, most)
    .map(({ one }) => one);
};

/**
 * Trains fleet trees on the series of a fleet. The same series, whatever their order, parameters and seed give the same
 * bytes.
 * @throws InvalidInputError if the span holds too little to learn from
 */
export const trainOnFleet = (
  fleet: readonly FleetSeries[],
  { trainFrom, trainUntil }: TrainingSpan,
  parameters: FleetTrainingParameters,
  seed: number,
): TrainedFleetTrees => {
  const { windows, maxWindows, ...settings } = parameters;
  const chosen = inOrder(sampleOf(fleet, maxWindows, seed));
  const each = Math.max(1, Math.min(windows, Math.floor(maxWindows / chosen.length)));
  const learned = chosen
    .map(({ name, series }) => {
      const known = cutSeries(series, trainFrom, trainUntil);
      return { step: series.stepSeconds, rows: rowsOfSeries(name, known, each, seed) };
    })
    .filter(({ rows }) => rows.length > 0);
  if (learned.length === 0)
    throw new InvalidInputError(
      `nothing to learn from: none of ${fleet.length} series varies and has 9 hours of values from ${trainFrom} to ${trainUntil}`,
    );
  const rows = learned.flatMap((one) => one.rows);
  const limits = limitsOf(learned.map(({ step }) => step));
  const artefact = trainFleetTrees(rows, limits, { ...DEFAULT_TREE_SETTINGS, ...settings }, seed);
  return { artefact, metrics: { series: learned.length, rows: rows.length, bytes: artefact.length } };
};
