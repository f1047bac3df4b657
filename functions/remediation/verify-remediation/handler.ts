import * as z from 'zod';
import type { StepOutcome } from '../../../core/remediation/runs/outcome.ts';
import { type VerifyDeps, verifyStep } from '../../../core/remediation/runs/verify-run.ts';
import type { Json } from '../../../core/shared/canonical-json.ts';
import { TenantId } from '../../../core/shared/identifiers.ts';
import type { Telemetry } from '../../../core/shared/telemetry.ts';
import { parseInput } from '../../runtime/parse-input.ts';

export interface Deps<Inputs extends Json> extends VerifyDeps<Inputs> {
  readonly telemetry: Telemetry;
}

/** From the state "Verify result". */
const Input = z.strictObject({ tenantId: TenantId, remediationId: z.string().min(1) });

/** Compares the metrics after an action with what was expected without it; asks for another look if they are too few. */
export const makeHandler =
  <Inputs extends Json>(deps: Deps<Inputs>) =>
  async (event: unknown): Promise<StepOutcome> => {
    const key = parseInput(Input, event);
    const outcome = await verifyStep(deps, key);
    const { status, next } = outcome;
    deps.telemetry.info('remediation verified', { ...key, correlationId: key.remediationId, status, next });
    return outcome;
  };
