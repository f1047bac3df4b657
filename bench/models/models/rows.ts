import { rowsOfSeries } from '../../../core/forecasts/training/series-rows.ts';
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
