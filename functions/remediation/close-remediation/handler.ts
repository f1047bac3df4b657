import * as z from 'zod';
import { Cause } from '../../../core/remediation/cause.ts';
import {
  type CloseDeps,
  type Closing,
  closeStep,
  type Failure,
} from '../../../core/remediation/runs/close.ts';
import type { StepOutcome } from '../../../core/remediation/runs/outcome.ts';
import { TenantId } from '../../../core/shared/identifiers.ts';
import { parseJson } from '../../../core/shared/read-messages.ts';
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

/** From EventBridge: an execution that stopped by itself, with its input as text. */
const Stopped = z.object({
  detail: z.object({ status: z.string(), startDate: z.number(), input: z.string() }),
});

const StoppedInput = z.object({
  ...{ tenantId: TenantId, remediationId: z.string().min(1) },
  ...{ cause: Cause.nullable(), isDryRun: z.boolean() },
});

/** @throws InvalidInputError for anything else */
const readClosing = (event: unknown): { closing: Closing; failure: Failure | undefined } => {
  const stopped = Stopped.safeParse(event);
  if (stopped.success) {
    const { status, startDate, input } = stopped.data.detail;
    const named = parseInput(StoppedInput, parseJson(input));
    const startedAt = Math.floor(startDate / 1000);
    return { closing: { ...named, startedAt, workflowVersion: 'unknown' }, failure: { error: status } };
  }
  const { startedAt, error, ...rest } = parseInput(Input, event);
  const closing = { ...rest, startedAt: Math.floor(Date.parse(startedAt) / 1000) };
  return { closing, failure: error && { error: error.Error } };
};

/** Ends a remediation, and records what it teaches; with an error, one that could not go on. */
export const makeHandler =
  (deps: Deps) =>
  async (event: unknown): Promise<StepOutcome> => {
    const { closing, failure } = readClosing(event);
    const outcome = await closeStep(deps, closing, failure);
    const { tenantId, remediationId } = closing;
    const { status } = outcome;
    const about = { tenantId, remediationId, correlationId: remediationId };
    deps.telemetry.info('remediation closed', { ...about, status, error: failure?.error });
    deps.telemetry.count('RemediationClosed');
    if (status === 'escalated') deps.telemetry.count('RemediationEscalated');
    return outcome;
  };
