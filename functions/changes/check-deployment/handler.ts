import * as z from 'zod';
import {
  type CheckDeps,
  type CheckOutcome,
  checkDeployment,
} from '../../../core/changes/deployments/check-deployment.ts';
import { TenantId } from '../../../core/shared/identifiers.ts';
import { inParallel } from '../../../core/shared/in-parallel.ts';
import type { Telemetry } from '../../../core/shared/telemetry.ts';
import { parseInput } from '../../runtime/parse-input.ts';

export interface Deps extends Omit<CheckDeps, 'inParallel'> {
  readonly telemetry: Telemetry;
}

/** From the state "Score deployment". */
const Input = z.object({
  tenantId: TenantId,
  changeId: z.string().min(1),
  check: z.number().int().nonnegative(),
});

/** Checks the health of a deployment once, stores the result, and returns the next step. */
export const makeHandler =
  (deps: Deps) =>
  async (event: unknown): Promise<CheckOutcome> => {
    const { tenantId, changeId, check } = parseInput(Input, event);
    const outcome = await checkDeployment({ ...deps, inParallel }, tenantId, changeId, check);
    const { health, next } = outcome;
    deps.telemetry.info('deployment scored', {
      tenantId,
      changeId,
      correlationId: changeId,
      check,
      health,
      next,
    });
    deps.telemetry.count(health === null ? 'DeploymentNotScored' : 'DeploymentScored');
    return outcome;
  };
