/** A trainer whose models are JSON: what they learned from decides how they do. */
import type { LearnedSeries } from '../../core/models/learned-series.ts';
import type { ModelResults, Trainer, TrainingTask } from '../../core/models/ports.ts';
import type { Window } from '../../core/models/training-run.ts';
import type { WindowResult } from '../../core/models/validation/compared-windows.ts';
import { InvalidInputError } from '../../core/shared/errors.ts';

/** The file of a model. */
export interface FakeModel {
  readonly window: Window;
  readonly seed: number;
  readonly leaves: number;
  readonly series: readonly string[];
}

/** Windows at the same times for all series; the loss of a window depends on the series, and on the model by a factor. */
const resultsOf = (series: readonly LearnedSeries[], factor: number): WindowResult[] =>
  series.flatMap(({ seriesId, segment }, s) =>
    Array.from({ length: 6 }, (_, w) => ({
      ...{ seriesId, segment, window: `window ${w}` },
      loss: factor * (1 + ((s * 7 + w * 3) % 5) / 10),
      covered: 0.8,
      breaches: [{ warned: w % 2 === 0, crossed: w % 2 === 0 }],
    })),
  );

/** Models with more leaves lose less. `lossOf` overrides the factor of a model (undefined: the one that ships). */
export const fakeTrainer = (
  lossOf: (model: FakeModel | undefined) => number = (model) =>
    model === undefined ? 1 : 1 - model.leaves / 100,
) => {
  const trained: TrainingTask[] = [];
  const scored: { readonly model: FakeModel | undefined; readonly stretch: Window }[] = [];
  const trainer: Trainer = {
    train: async (task) => {
      trained.push(task);
      const { window, seed, parameters, series } = task;
      const model: FakeModel = {
        ...{ window, seed, leaves: Number(parameters.leaves) },
        series: series.map(({ seriesId }) => seriesId),
      };
      const bytes = Buffer.from(JSON.stringify(model));
      return { format: 1, files: new Map([['trees.bin', bytes]]), metrics: { rows: series.length } };
    },
    score: async (files, series, stretch): Promise<ModelResults> => {
      const bytes = files?.get('trees.bin');
      if (files !== undefined && bytes === undefined) throw new InvalidInputError('no trees');
      const model: FakeModel | undefined =
        bytes === undefined ? undefined : JSON.parse(Buffer.from(bytes).toString());
      scored.push({ model, stretch });
      return { results: resultsOf(series, lossOf(model)), seconds: Array(20).fill(0.01) };
    },
  };
  return { trainer, trained, scored };
};
