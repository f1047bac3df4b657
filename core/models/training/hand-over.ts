import type { WorkflowStarter } from '../../shared/messaging.ts';
import { ModelRefusedError } from '../errors.ts';
import { rolloutIdOf } from '../rollout/rollout-id.ts';
import type { TrainingRun } from '../training-run.ts';
import { executionNameOf } from './run-id.ts';
import type { TrainingOutcome } from './training-outcome.ts';
import {
  endedRun,
  storedRun,
  type TrainingDeps,
  type TrainingKey,
  takeTrainingStep,
} from './training-step.ts';

export interface HandOverDeps extends TrainingDeps {
  readonly rollouts: WorkflowStarter;
}

const versionOf = ({ runId, version }: TrainingRun): string => {
  if (version !== null) return version;
  throw new ModelRefusedError(`training ${runId} has registered no version`);
};

/**
 * Ends a training whose version may serve, and starts the workflow that rolls it out. A repeat starts it again, which does
 * nothing: executions are named after the version.
 */
export const handOver = async (
  deps: HandOverDeps,
  key: TrainingKey,
  now: number,
): Promise<TrainingOutcome> => {
  const outcome = await takeTrainingStep(deps, key, ['approved'], async (run) => ({
    ...endedRun(run, 'rolling-out', `version ${versionOf(run)} is rolled out`, now),
    rolloutId: rolloutIdOf(run, versionOf(run)),
  }));
  const { item } = await storedRun(deps, key);
  if (item.rolloutId === null) return outcome;
  const { tenantId, kind, version, rolloutId, runId } = item;
  const input = { tenantId, kind, rolloutId, version, cause: `training ${runId}` };
  await deps.rollouts.start(executionNameOf(key, item.rolloutId), input);
  return outcome;
};
