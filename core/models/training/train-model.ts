/** The steps that compute: they read the snapshot and train. Repeating one gives the same result. */
import { createHash } from 'node:crypto';
import { InvalidInputError } from '../../shared/errors.ts';
import { mean } from '../../shared/maths/averages.ts';
import type { ArtefactFile } from '../model-artefact.ts';
import { logOfLoss } from '../performance/error-sums.ts';
import type { ArtefactFiles, Snapshots, TrainedFiles, Trainer } from '../ports.ts';
import type { TrainedArtefact, TrainingRun, Window } from '../training-run.ts';
import type { ExperimentResult } from './search-space.ts';
import { recordTrained } from './train-steps.ts';
import {
  chosenParameters,
  type Experiment,
  type TrainingOutcome,
  trainingOutcome,
} from './training-outcome.ts';
import { storedRun, type TrainingDeps, type TrainingKey } from './training-step.ts';

export interface ComputeDeps extends TrainingDeps {
  readonly snapshots: Pick<Snapshots, 'series'>;
  readonly trainer: Trainer;
}

/** What a training may see of its snapshot, and the rest, on which the gate judges. */
export interface TrainingData {
  readonly manifestHash: string;
  readonly learned: Window;
  readonly heldOut: Window;
}

/** @throws InvalidInputError before the snapshot is taken */
export const dataOf = ({ runId, snapshot, origins }: TrainingRun): TrainingData => {
  const last = origins.at(-1);
  if (snapshot === null || last === undefined)
    throw new InvalidInputError(`training ${runId} has no snapshot with rolling origins`);
  const { manifestHash, from, to } = snapshot;
  return {
    manifestHash,
    learned: { from, to: last.scoreUntil },
    heldOut: { from: last.scoreUntil, to },
  };
};

/**
 * Trains with one trial before one origin, and scores what comes after it. The loss is the mean logarithm of the losses;
 * null if there is nothing to score, or if a forecast is unusable.
 * @throws InvalidInputError if the training has no such trial or origin
 */
export const runExperiment = async (
  deps: ComputeDeps,
  key: TrainingKey,
  { trialId, origin }: Experiment,
): Promise<ExperimentResult> => {
  const { item: run } = await storedRun(deps, key);
  if (run.status !== 'searching') return { trialId, origin, loss: null };
  const trial = run.trials.find((each) => each.trialId === trialId);
  const fold = run.origins[origin];
  if (trial === undefined || fold === undefined)
    throw new InvalidInputError(`training ${run.runId} has no trial ${trialId} at origin ${origin}`);
  const series = await deps.snapshots.series(key, dataOf(run).manifestHash);
  const { parameters, seed } = trial;
  const window = { from: fold.trainFrom, to: fold.trainUntil };
  const { files } = await deps.trainer.train({ series, window, parameters, seed });
  const stretch = { from: fold.scoreFrom, to: fold.scoreUntil };
  const { results } = await deps.trainer.score(files, series, stretch);
  const loss = mean(results.map((result) => logOfLoss(result.loss)));
  return { trialId, origin, loss: Number.isFinite(loss) ? loss : null };
};

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const listed = (files: TrainedFiles['files']): ArtefactFile[] =>
  [...files].map(([name, bytes]) => ({ name, bytes: bytes.length, sha256: sha256(bytes) }));

export interface TrainDeps extends ComputeDeps {
  readonly files: Pick<ArtefactFiles, 'write'>;
}

/** Named by its content as well, so that a second attempt never changes files that are recorded. */
const prefixOf = (runId: string, files: readonly ArtefactFile[]): string =>
  `${runId}/${sha256(Buffer.from(files.map((file) => file.sha256).join())).slice(0, 16)}/`;

const store = async (
  { files: store }: TrainDeps,
  key: TrainingKey,
  { format, files, metrics }: TrainedFiles,
): Promise<TrainedArtefact> => {
  const all = listed(files);
  const artefactPrefix = prefixOf(key.runId, all);
  for (const [name, bytes] of files) await store.write(key, `${artefactPrefix}${name}`, bytes);
  return { artefactPrefix, format, files: all, metrics };
};

/** Trains with the chosen hyperparameters on everything but what is held out, and stores the files. */
export const trainModel = async (deps: TrainDeps, key: TrainingKey): Promise<TrainingOutcome> => {
  const { item: run } = await storedRun(deps, key);
  if (run.status !== 'training') return trainingOutcome(run);
  const { manifestHash, learned: window } = dataOf(run);
  const series = await deps.snapshots.series(key, manifestHash);
  const parameters = chosenParameters(run);
  const trained = await deps.trainer.train({ series, window, parameters, seed: run.seed });
  return recordTrained(deps, key, await store(deps, key, trained));
};
