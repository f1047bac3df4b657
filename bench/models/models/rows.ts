import { limitsOf, rowsOfSeries } from '../../../core/forecasts/training/series-rows.ts';
import { encodeTrainingRows } from '../../../core/forecasts/training/training-rows.ts';
import { atStep, type CorpusSeries } from './corpora.ts';

/** Windows that are cut from a series at one step. */
export interface StepPlan {
  readonly stepSeconds: number;
  readonly windows: number;
}

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
  encodeTrainingRows(rows, limitsOf(steps));
