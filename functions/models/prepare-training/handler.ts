import * as z from 'zod';
import { ModelKind } from '../../../core/models/model-artefact.ts';
import {
  type PrepareDeps,
  type PreparePolicy,
  prepareTraining,
} from '../../../core/models/training/prepare-training.ts';
import type { TrainingOutcome } from '../../../core/models/training/training-outcome.ts';
import { TenantId } from '../../../core/shared/identifiers.ts';
import type { Telemetry } from '../../../core/shared/telemetry.ts';
import { parseInput } from '../../runtime/parse-input.ts';

export interface Deps extends PrepareDeps {
  readonly policy: PreparePolicy;
  readonly telemetry: Telemetry;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** From the state "Take snapshot". */
const Input = z.strictObject({ tenantId: TenantId, kind: ModelKind, runId: z.string().min(1) });

/** Copies the series to learn from, and plans the search. */
export const makeHandler =
  ({ policy, telemetry, now, ...deps }: Deps) =>
  async (event: unknown): Promise<TrainingOutcome> => {
    const key = parseInput(Input, event);
    const outcome = await prepareTraining(deps, key, policy, Math.floor(now() / 1000));
    const { status, explanation } = outcome;
    telemetry.info('training prepared', { ...key, correlationId: key.runId, status, explanation });
    return outcome;
  };
