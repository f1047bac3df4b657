import { encodeTrainingRows, trainingRows } from '../../../core/forecasts/training/training-rows.ts';
import { drawWindows } from '../../../core/forecasts/training/training-windows.ts';
import type { RegularSeries } from '../../../core/metrics/series/metric-series.ts';
import { contentHash } from '../../../core/shared/content-hash.ts';
import { HOUR_SECONDS } from '../../../core/shared/time.ts';
import { seededRandom } from '../../shared/seeded-random.ts';
import { atStep, type CorpusSeries } from './corpora.ts';

/** Windows that are cut from a series at one step. */
export interface StepPlan {
  readonly stepSeconds: number;
  readonly windows: number;
}

const HORIZON_SECONDS = 8 * HOUR_SECONDS;
const LEADS_PER_WINDOW = 4;

/** Windows of a series are drawn by a seed that its name completes, so that other series do not change them. */
const seedOf = (name: string, seed: number): number =>
  Number.parseInt(contentHash(`${name}/${seed}`).slice(-8), 16);

/** Training rows of a series of this name. */
export const rowsOfSeries = (
  name: string,
  series: RegularSeries,
  windows: number,
  seed: number,
): Float32Array[] =>
  drawWindows(
    series,
    { windows, leadsPerWindow: LEADS_PER_WINDOW, horizonSeconds: HORIZON_SECONDS },
    seededRandom(seedOf(name, seed)),
  ).flatMap(trainingRows);

/** Training rows of a corpus at several steps, each at least as long as that of the series. */
export const rowsOfCorpus = (
  corpus: readonly CorpusSeries[],
  plans: readonly StepPlan[],
  seed: number,
): Float32Array[] =>
  corpus.flatMap((one) =>
    plans
      .filter(({ stepSeconds }) => stepSeconds >= one.stepSeconds)
      .flatMap(({ stepSeconds, windows }) =>
        rowsOfSeries(one.name, atStep(one, stepSeconds), windows, seed + stepSeconds),
      ),
  );

/** The file of the rows of series at these steps. */
export const fileOfRows = (rows: readonly Float32Array[], steps: readonly number[]): Uint8Array =>
  encodeTrainingRows(rows, {
    stepSeconds: { min: Math.min(...steps), max: Math.max(...steps) },
    maxLeadSeconds: HORIZON_SECONDS,
  });
