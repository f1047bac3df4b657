import * as z from 'zod';
import { Cause } from '../../../core/remediation/cause.ts';
import { type ChooseDeps, chooseStep } from '../../../core/remediation/runs/choose.ts';
import type { StepOutcome } from '../../../core/remediation/runs/outcome.ts';
import { remediationIdOf } from '../../../core/remediation/runs/run-id.ts';
import type { Json } from '../../../core/shared/canonical-json.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import { TenantId } from '../../../core/shared/identifiers.ts';
import type { Telemetry } from '../../../core/shared/telemetry.ts';
import { parseInput } from '../../runtime/parse-input.ts';

export interface Deps<Inputs extends Json> extends ChooseDeps<Inputs> {
  readonly telemetry: Telemetry;
}

/** From the state "Choose action". */
const Input = z.strictObject({
  tenantId: TenantId,
  remediationId: z.string().min(1),
  cause: Cause,
  isDryRun: z.boolean(),
  startedAt: z.iso.datetime(),
  workflowVersion: z.string(),
});

/** Who starts an execution by hand could otherwise act twice on one cause, or in the place of another remediation. */
const refuseOtherId = ({ tenantId, remediationId, cause }: Omit<z.infer<typeof Input>, 'startedAt'>) => {
  if (remediationIdOf(tenantId, cause) === remediationId) return;
  throw new InvalidInputError(`remediation ${remediationId} is not the one of its cause`, {
    field: 'remediationId',
  });
};

/** Chooses what to do about a cause, and records the choice with its inputs. Changes nothing. */
export const makeHandler =
  <Inputs extends Json>(deps: Deps<Inputs>) =>
  async (event: unknown): Promise<StepOutcome> => {
    const { startedAt, ...rest } = parseInput(Input, event);
    refuseOtherId(rest);
    const beginning = { ...rest, startedAt: Math.floor(Date.parse(startedAt) / 1000) };
    const outcome = await chooseStep(deps, beginning);
    const { tenantId, remediationId, cause } = beginning;
    const about = { tenantId, remediationId, correlationId: remediationId, cause: cause.kind };
    deps.telemetry.info('action chosen', { ...about, status: outcome.status, next: outcome.next });
    return outcome;
  };
