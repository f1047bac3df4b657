/** What a step of a training tells the workflow. All fields are always present: its expressions refer to them. */
import { DAY_SECONDS } from '../../shared/time.ts';
import type { Parameters } from '../model-version.ts';
import type { RollingOrigin, TrainingRun, TrainingStatus, Trial } from '../training-run.ts';

export type TrainingNext =
  | 'snapshot'
  | 'search'
  | 'train'
  | 'validate'
  | 'register'
  | 'ask'
  | 'roll-out'
  | 'end';

/** One trial at one origin (its index). */
export interface Experiment {
  readonly trialId: string;
  readonly origin: number;
}

export interface TrainingOutcome {
  readonly next: TrainingNext;
  readonly status: TrainingStatus;
  readonly runId: string;
  readonly seed: number;
  /** Hash of the manifest of the data; empty before the snapshot. */
  readonly manifestHash: string;
  readonly trials: readonly Trial[];
  readonly origins: readonly RollingOrigin[];
  /** Items of the search: every trial at every origin. */
  readonly experiments: readonly Experiment[];
  /** With which the model is trained; empty before the search ended. */
  readonly parameters: Parameters;
  /** Empty before the registration. */
  readonly version: string;
  /** Empty before the rollout. */
  readonly rolloutId: string;
  readonly explanation: string;
  /** For how long the workflow waits for the answer of a person. */
  readonly answerSeconds: number;
}

const ANSWER_SECONDS = 7 * DAY_SECONDS;

const NEXT: Readonly<Record<TrainingStatus, TrainingNext>> = {
  snapshot: 'snapshot',
  searching: 'search',
  training: 'train',
  validating: 'validate',
  registering: 'register',
  'awaiting-approval': 'ask',
  approved: 'roll-out',
  registered: 'end',
  'rolling-out': 'end',
  unchanged: 'end',
  rejected: 'end',
  declined: 'end',
  failed: 'end',
};

/** The hyperparameters of the chosen trial. */
export const chosenParameters = ({ trials, chosen }: TrainingRun): Parameters =>
  trials.find(({ trialId }) => trialId === chosen?.trialId)?.parameters ?? {};

export const trainingOutcome = (run: TrainingRun): TrainingOutcome => {
  const { status, runId, seed, snapshot, trials, origins, version, rolloutId, explanation } = run;
  return {
    ...{ next: NEXT[status], status, runId, seed, manifestHash: snapshot?.manifestHash ?? '' },
    experiments: trials.flatMap(({ trialId }) => origins.map((_, origin) => ({ trialId, origin }))),
    ...{ trials, origins, parameters: chosenParameters(run), explanation },
    ...{ version: version ?? '', rolloutId: rolloutId ?? '', answerSeconds: ANSWER_SECONDS },
  };
};
