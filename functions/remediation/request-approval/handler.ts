import * as z from 'zod';
import { type AskDeps, askStep, settleStep } from '../../../core/remediation/runs/ask.ts';
import type { StepOutcome } from '../../../core/remediation/runs/outcome.ts';
import { TenantId } from '../../../core/shared/identifiers.ts';
import type { Telemetry } from '../../../core/shared/telemetry.ts';
import { parseInput } from '../../runtime/parse-input.ts';

export interface Deps extends AskDeps {
  readonly workflows: { answer(taskToken: string, answer: 'approved' | 'rejected'): Promise<unknown> };
  readonly telemetry: Telemetry;
}

const key = { tenantId: TenantId, remediationId: z.string().min(1) };

/** From the states "Ask for approval" and "Settle approval". */
const Input = z.discriminatedUnion('step', [
  z.strictObject({
    ...{ ...key, step: z.literal('ask'), taskToken: z.string().min(1) },
    attempt: z.string().optional(),
  }),
  z.strictObject({ ...key, step: z.literal('settle') }),
]);

/**
 * Asks people about a plan, or reads what they answered. The workflow waits with its token until somebody answers; if
 * there is nothing to wait for, it is continued at once.
 */
export const makeHandler =
  (deps: Deps) =>
  async (event: unknown): Promise<StepOutcome | undefined> => {
    const input = parseInput(Input, event);
    const { tenantId, remediationId } = input;
    const about = { tenantId, remediationId, correlationId: remediationId };
    if (input.step === 'settle') {
      const outcome = await settleStep(deps, input);
      const { status, next } = outcome;
      deps.telemetry.info('approval settled', { ...about, status, next });
      return outcome;
    }
    const asked = await askStep(deps, input, input);
    deps.telemetry.info('approval requested', { ...about, asked });
    deps.telemetry.count('ApprovalRequested', asked === 'waiting' ? 1 : 0);
    if (asked === 'settled') await deps.workflows.answer(input.taskToken, 'rejected');
    return undefined;
  };
