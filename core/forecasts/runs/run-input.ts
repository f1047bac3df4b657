import * as z from 'zod';
import { TenantId } from '../../shared/identifiers.ts';
import { RunId, runIdOf, runRequestedAt } from '../run-id.ts';

/** Input of the workflow forecast-fleet. Without `runId` one is derived, the same one for the same request. */
export const RunInput = z.object({
  tenantId: TenantId,
  runId: RunId.optional(),
  trigger: z.enum(['schedule', 'api']),
  requestedAt: z.iso.datetime(),
});
export type RunInput = z.infer<typeof RunInput>;

/** A run as its input identifies it; `startedAt` (epoch ms) is the time within its id. */
export const identifyRun = ({ tenantId, runId, trigger, requestedAt }: RunInput) => {
  const id = runId ?? runIdOf({ tenantId, trigger, requestedAt: Date.parse(requestedAt) });
  return { tenantId, runId: id, trigger, startedAt: runRequestedAt(id) };
};
