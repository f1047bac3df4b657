import * as z from 'zod';
import { ModelKind } from '../../../core/models/model-artefact.ts';
import {
  type ApproveDeps,
  awaitApproval,
  settleApproval,
} from '../../../core/models/training/approve-version.ts';
import { keepCandidate } from '../../../core/models/training/keep-candidate.ts';
import {
  type RegisterTexts,
  type RegisterTrainedDeps,
  registerTrained,
} from '../../../core/models/training/register-trained.ts';
import { failTraining } from '../../../core/models/training/train-steps.ts';
import type { TrainingOutcome } from '../../../core/models/training/training-outcome.ts';
import { TRAINING_ENDED } from '../../../core/models/training-run.ts';
import { TenantId } from '../../../core/shared/identifiers.ts';
import type { Telemetry } from '../../../core/shared/telemetry.ts';
import { parseInput } from '../../runtime/parse-input.ts';

export interface Deps extends RegisterTrainedDeps, ApproveDeps {
  readonly store: RegisterTrainedDeps['store'];
  readonly texts: RegisterTexts;
  readonly telemetry: Telemetry;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const key = { tenantId: TenantId, kind: ModelKind, runId: z.string().min(1) };

/** From the states "Register model", "Ask for approval", "Settle approval", "Keep candidate" and "Record failure". */
const Input = z.discriminatedUnion('step', [
  z.strictObject({ ...key, step: z.literal('register') }),
  z.strictObject({ ...key, step: z.literal('ask'), taskToken: z.string().min(1) }),
  z.strictObject({ ...key, step: z.literal('settle') }),
  z.strictObject({ ...key, step: z.literal('keep') }),
  z.strictObject({ ...key, step: z.literal('fail'), error: z.string() }),
]);
type Input = z.infer<typeof Input>;

const take = (deps: Deps, input: Input): Promise<TrainingOutcome> => {
  const now = Math.floor(deps.now() / 1000);
  switch (input.step) {
    case 'register':
      return registerTrained(deps, input, deps.texts, now);
    case 'ask':
      return awaitApproval(deps, input, input.taskToken);
    case 'settle':
      return settleApproval(deps, input, now);
    case 'keep':
      return keepCandidate(deps, input, now);
    case 'fail':
      return failTraining(deps, input, `its workflow failed: ${input.error}`, now);
  }
};

/** Registers trained models, and takes the other steps of a training that compute nothing. */
export const makeHandler =
  (deps: Deps) =>
  async (event: unknown): Promise<TrainingOutcome> => {
    const input = parseInput(Input, event);
    const { tenantId, kind, runId, step } = input;
    const outcome = await take(deps, input);
    const { status, version, explanation } = outcome;
    const about = { tenantId, kind, runId, correlationId: runId, step };
    deps.telemetry.info('training step recorded', { ...about, status, version, explanation });
    if (TRAINING_ENDED.has(status)) deps.telemetry.count('TrainingEnded');
    return outcome;
  };
