import { ModelRefusedError } from '../errors.ts';
import type { Tags } from '../model-version.ts';
import type { ModelStore } from '../ports.ts';
import { type NewModel, type RegisterDeps, registerModel } from '../registry/registration.ts';
import type { TrainingRun } from '../training-run.ts';
import { chosenParameters, type TrainingOutcome, trainingOutcome } from './training-outcome.ts';
import { storedRun, type TrainingKey } from './training-step.ts';

export interface RegisterTrainedDeps extends RegisterDeps {
  readonly store: ModelStore;
  /** In production, a person approves each version before it serves. */
  readonly needsApproval: boolean;
}

/** What people read about every model of the kind. */
export interface RegisterTexts {
  readonly description: string;
  readonly limits: readonly string[];
  readonly tags: Tags;
}

const newModel = (run: TrainingRun, { description, limits, tags }: RegisterTexts): NewModel => {
  const { runId, artefact, snapshot, validation, codeHash, champion, seed } = run;
  if (artefact === null || snapshot === null)
    throw new ModelRefusedError(`training ${runId} has no trained model to register`);
  const { metrics, ...files } = artefact;
  return {
    cause: `training/${runId}`,
    ...{ description, limits: [...limits], tags, artefact: files },
    metrics: { ...metrics, ...validation?.metrics },
    lineage: {
      ...{ dataManifestHash: snapshot.manifestHash, codeHash, trainingRunId: runId },
      ...{ trainedAgainst: champion, seed, parameters: chosenParameters(run) },
    },
  };
};

/**
 * Registers the trained model: the version, its place in the line-up and the state of the training are one write, so that
 * a repeat finds them all or none.
 */
export const registerTrained = async (
  deps: RegisterTrainedDeps,
  key: TrainingKey,
  texts: RegisterTexts,
  now: number,
): Promise<TrainingOutcome> => {
  const { item: run } = await storedRun(deps, key);
  const isDue = run.status === 'registering';
  if (!isDue && run.version === null) return trainingOutcome(run);
  const { tenantId, kind } = run;
  const status = deps.needsApproval ? 'awaiting-approval' : 'approved';
  await registerModel(deps, { tenantId, kind }, newModel(run, texts), now, async (version) => {
    const { item, revision } = await storedRun(deps, key);
    // Another attempt registered it meanwhile: this write is refused, because the line-up changed as well.
    if (item.version !== null) return { run: { item, revision } };
    if (item.status !== 'registering')
      throw new ModelRefusedError(`training ${key.runId} is ${item.status}: its model is not registered`);
    const explanation = `registered as version ${version}`;
    return { run: { item: { ...item, status, version, explanation }, revision } };
  });
  return trainingOutcome((await storedRun(deps, key)).item);
};
