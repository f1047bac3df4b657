import type { TrainingOutcome } from './training-outcome.ts';
import { endedRun, type TrainingDeps, type TrainingKey, takeTrainingStep } from './training-step.ts';

/** Ends a training whose version may serve, in a deployment that rolls nothing out by itself: it stays a candidate. */
export const keepCandidate = (deps: TrainingDeps, key: TrainingKey, now: number): Promise<TrainingOutcome> =>
  takeTrainingStep(deps, key, ['approved'], async (run) =>
    endedRun(
      run,
      'registered',
      `version ${run.version} is approved, and a candidate until it is rolled out`,
      now,
    ),
  );
