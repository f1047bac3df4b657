import * as z from 'zod';
import { executionNameOf, runIdOf } from '../../../core/forecasts/run-id.ts';
import type { TargetRegistry } from '../../../core/metrics/ports.ts';
import type { Telemetry } from '../../../core/shared/telemetry.ts';
import { parseInput } from '../../runtime/parse-input.ts';

export interface Deps {
  readonly registry: Pick<TargetRegistry, 'listTenants'>;
  readonly telemetry: Telemetry;
}

/**
 * `scheduledAt` is the scheduled time. If it is absent (a manual start), the start of the execution is used.
 */
const Input = z.object({
  input: z
    .object({ scheduledAt: z.iso.datetime().optional().catch(undefined) })
    .catch({ scheduledAt: undefined }),
  startedAt: z.iso.datetime({ offset: true }),
});

/**
 * Lists the tenants that have sent data, each with the run that is due. The run's ID and the name of its execution
 * derive from tenant and scheduled time, so a redelivered schedule starts nothing twice.
 */
export const makeHandler = (deps: Deps) => async (event: unknown) => {
  const { input, startedAt } = parseInput(Input, event);
  const requestedAt = new Date(input.scheduledAt ?? startedAt).toISOString();
  const tenants = await deps.registry.listTenants();
  deps.telemetry.info('forecast runs are due', { tenants: tenants.length, requestedAt });
  const runs = tenants.map((tenantId) => {
    const runId = runIdOf({ tenantId, trigger: 'schedule', requestedAt: Date.parse(requestedAt) });
    return { name: executionNameOf(tenantId, runId), tenantId, runId, requestedAt };
  });
  return { runs };
};
