import type { RegularSeries } from '../../metrics/series/metric-series.ts';
import { contentHash } from '../../shared/content-hash.ts';
import { seededRandom } from '../../shared/maths/seeded-random.ts';
import { HOUR_SECONDS } from '../../shared/time.ts';
import { type TrainingLimits, trainingRows } from './training-rows.ts';
import { drawWindows } from './training-windows.ts';

/** The longest lead that is learned. */
export const HORIZON_SECONDS = 8 * HOUR_SECONDS;
const LEADS_PER_WINDOW = 4;

/** Random numbers for a series, by a seed that its name completes, so that they do not depend on other series. */
export const randomOf = (name: string, seed: number): (() => number) =>
  seededRandom(Number.parseInt(contentHash(`${name}/${seed}`).slice(-8), 16));

/** Training rows of a series of this name. */
export const rowsOfSeries = (
  name: string,
  series: RegularSeries,
  windows: number,
  seed: number,
): Float32Array[] => {
  const plan = { windows, leadsPerWindow: LEADS_PER_WINDOW, horizonSeconds: HORIZON_SECONDS };
  return drawWindows(series, plan, randomOf(name, seed)).flatMap(trainingRows);
};

/** The limits of rows that were cut from series with these steps. */
export const limitsOf = (steps: readonly number[]): TrainingLimits => ({
  stepSeconds: {
    min: steps.reduce((least, step) => Math.min(least, step)),
    max: steps.reduce((most, step) => Math.max(most, step)),
  },
  maxLeadSeconds: HORIZON_SECONDS,
});
