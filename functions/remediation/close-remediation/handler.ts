import * as z from 'zod';
import { Cause } from '../../../core/remediation/cause.ts';
import { type CloseDeps, closeStep } from '../../../core/remediation/runs/close.ts';
import type { StepOutcome } from '../../../core/remediation/runs/outcome.ts';
import { TenantId } from '../../../core/shared/identifiers.ts';
import type { Telemetry } from '../../../core/shared/telemetry.ts';
import { parseInput } from '../../runtime/parse-input.ts';

export interface Deps extends CloseDeps {
  readonly telemetry: Telemetry;
}

/** From the states "Close remediation" and, with the error, "Record failure". */
const Input = z.strictObject({
  tenantId: TenantId,
  remediationId: z.string().min(1),
  cause: Cause.nullable(),
  isDryRun: z.boolean(),
  startedAt: z.iso.datetime(),
  workflowVersion: z.string(),
  error: z.object({ Error: z.string() }).optional(),
});

/** Ends a remediation, and records what it teaches; with an error, one that could not go on. */
export const makeHandler =
  (deps: Deps) =>
  async (event: unknown): Promise<StepOutcome> => {
    const { startedAt, error, ...rest } = parseInput(Input, event);
    const closing = { ...rest, startedAt: Math.floor(Date.parse(startedAt) / 1000) };
    const outcome = await closeStep(deps, closing, error && { error: error.Error });
    const { tenantId, remediationId } = closing;
    const { status } = outcome;
    const about = { tenantId, remediationId, correlationId: remediationId };
    deps.telemetry.info('remediation closed', { ...about, status, error: error?.Error });
    deps.telemetry.count('RemediationClosed');
    if (status === 'escalated') deps.telemetry.count('RemediationEscalated');
    return outcome;
  };
