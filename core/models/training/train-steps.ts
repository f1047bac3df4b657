/** The steps between the snapshot and the registration. Each keeps the first result that it is given. */
import type { CandidateGate } from '../ports.ts';
import type { TrainedArtefact } from '../training-run.ts';
import { bestTrial, type ExperimentResult, trialResults } from './search-space.ts';
import type { TrainingOutcome } from './training-outcome.ts';
import { endedRun, type TrainingDeps, type TrainingKey, takeTrainingStep } from './training-step.ts';

/** Chooses the hyperparameters from the results of the search. */
export const chooseTrial = (
  deps: TrainingDeps,
  key: TrainingKey,
  results: readonly ExperimentResult[],
  now: number,
): Promise<TrainingOutcome> =>
  takeTrainingStep(deps, key, ['searching'], async (run) => {
    const origins = run.origins.length;
    const chosen = bestTrial(run.trials, trialResults(run.trials, origins, results), origins);
    if (chosen === undefined) return endedRun(run, 'failed', 'no trial of the search succeeded', now);
    const explanation = `trial ${chosen.trialId} has the smallest loss`;
    return { ...run, status: 'training', chosen, explanation };
  });

/** Records the trained model. A second attempt of the same training changes nothing. */
export const recordTrained = (
  deps: TrainingDeps,
  key: TrainingKey,
  artefact: TrainedArtefact,
): Promise<TrainingOutcome> =>
  takeTrainingStep(deps, key, ['training'], async (run) => ({
    ...{ ...run, status: 'validating', artefact, explanation: 'it is trained' },
  }));

export interface ValidateDeps extends TrainingDeps {
  readonly gate: CandidateGate;
}

/** Asks the gate whether the trained model may be registered. */
export const validateTrained = (
  { gate, ...deps }: ValidateDeps,
  key: TrainingKey,
  now: number,
): Promise<TrainingOutcome> =>
  takeTrainingStep(deps, key, ['validating'], async (run) => {
    const validation = await gate.judge(run);
    if (validation.isAccepted)
      return { ...run, status: 'registering', validation, explanation: 'the gate accepts it' };
    const text = `the gate refuses it: ${validation.reasons.join('; ')}`;
    return { ...endedRun(run, 'rejected', text, now), validation };
  });

/** Ends a training that cannot go on, because its workflow failed. */
export const failTraining = (
  deps: TrainingDeps,
  key: TrainingKey,
  reason: string,
  now: number,
): Promise<TrainingOutcome> =>
  takeTrainingStep(
    deps,
    key,
    ['snapshot', 'searching', 'training', 'validating', 'registering', 'awaiting-approval', 'approved'],
    async (run) => ({ ...endedRun(run, 'failed', reason, now), approvalToken: null }),
  );
