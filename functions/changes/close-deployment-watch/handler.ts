import * as z from 'zod';
import { type CloseDeps, closeWatch } from '../../../core/changes/deployments/close-watch.ts';
import { TenantId } from '../../../core/shared/identifiers.ts';
import type { Telemetry } from '../../../core/shared/telemetry.ts';
import { parseInput } from '../../runtime/parse-input.ts';

export interface Deps extends CloseDeps {
  readonly telemetry: Telemetry;
}

/** From the states "Propose rollback", "Close watch" and, with the error, "Record failure". */
const Input = z.object({
  tenantId: TenantId,
  changeId: z.string().min(1),
  error: z.object({ Error: z.string() }).optional(),
});

/** Stores the verdict on a deployment; announces a proposal to roll back if it is unhealthy. */
export const makeHandler = (deps: Deps) => async (event: unknown) => {
  const { tenantId, changeId, error } = parseInput(Input, event);
  const failure = error && { error: error.Error };
  const { health, targetId, reason } = await closeWatch(deps, tenantId, changeId, failure);
  const about = { tenantId, targetId, changeId, correlationId: changeId };
  deps.telemetry.info('deployment watch closed', { ...about, health, reason });
  deps.telemetry.count(health === 'unhealthy' ? 'RollbackProposed' : 'DeploymentWatchClosed');
  return { changeId, health };
};
