import * as z from 'zod';
import { ModelKind } from '../../../core/models/model-artefact.ts';
import type { ExperimentResult } from '../../../core/models/training/search-space.ts';
import { runExperiment, type TrainDeps, trainModel } from '../../../core/models/training/train-model.ts';
import {
  chooseTrial,
  type ValidateDeps,
  validateTrained,
} from '../../../core/models/training/train-steps.ts';
import type { TrainingOutcome } from '../../../core/models/training/training-outcome.ts';
import { TenantId } from '../../../core/shared/identifiers.ts';
import type { Telemetry } from '../../../core/shared/telemetry.ts';
import { parseInput } from '../../runtime/parse-input.ts';

export interface Deps extends TrainDeps, ValidateDeps {
  readonly telemetry: Telemetry;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const key = { tenantId: TenantId, kind: ModelKind, runId: z.string().min(1) };
const experiment = { trialId: z.string().min(1), origin: z.number().int().nonnegative() };

/** From the states "Run experiment", "Choose trial", "Train model" and "Validate model". */
const Input = z.discriminatedUnion('step', [
  z.strictObject({ ...key, step: z.literal('experiment'), ...experiment }),
  z.strictObject({
    ...{ ...key, step: z.literal('choose') },
    results: z.array(z.strictObject({ ...experiment, loss: z.number().nullable() })),
  }),
  z.strictObject({ ...key, step: z.literal('train') }),
  z.strictObject({ ...key, step: z.literal('validate') }),
]);
type Input = z.infer<typeof Input>;

const take = (deps: Deps, input: Input): Promise<TrainingOutcome | ExperimentResult> => {
  const now = Math.floor(deps.now() / 1000);
  switch (input.step) {
    case 'experiment':
      return runExperiment(deps, input, input);
    case 'choose':
      return chooseTrial(deps, input, input.results, now);
    case 'train':
      return trainModel(deps, input);
    case 'validate':
      return validateTrained(deps, input, now);
  }
};

/** Takes the steps of a training that compute. */
export const makeHandler =
  (deps: Deps) =>
  async (event: unknown): Promise<TrainingOutcome | ExperimentResult> => {
    const input = parseInput(Input, event);
    const { tenantId, kind, runId, step } = input;
    const outcome = await take(deps, input);
    const about = { tenantId, kind, runId, correlationId: runId, step };
    const found = 'loss' in outcome ? outcome : { status: outcome.status, explanation: outcome.explanation };
    deps.telemetry.info('training step computed', { ...about, ...found });
    return outcome;
  };
