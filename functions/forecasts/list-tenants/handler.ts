import * as z from 'zod';
import { TENANTS_PER_PAGE } from '../../../core/forecasts/capacity/workflow-limits.ts';
import { executionNameOf, runIdOf } from '../../../core/forecasts/run-id.ts';
import { startDelayOf } from '../../../core/forecasts/runs/spread-runs.ts';
import type { TargetRegistry } from '../../../core/metrics/ports.ts';
import type { Telemetry } from '../../../core/shared/telemetry.ts';
import { parseInput } from '../../runtime/parse-input.ts';

export interface Deps {
  readonly registry: Pick<TargetRegistry, 'listTenants'>;
  /** Seconds over which the starts of all tenants are spread. */
  readonly spreadSeconds: number;
  readonly telemetry: Telemetry;
}

/**
 * `scheduledAt` is the scheduled time. If it is absent (a manual start), the start of the execution is used. `after` is
 * the last tenant of the page before, and empty for the first page.
 */
const Input = z.object({
  input: z
    .object({ scheduledAt: z.iso.datetime().optional().catch(undefined) })
    .catch({ scheduledAt: undefined }),
  startedAt: z.iso.datetime({ offset: true }),
  after: z.string(),
});

/**
 * Lists a page of the tenants that have sent data, each with the run that is due and the time at which it starts. The
 * run's ID and the name of its execution derive from tenant and scheduled time, so a redelivered schedule starts nothing
 * twice.
 */
export const makeHandler = (deps: Deps) => async (event: unknown) => {
  const { input, startedAt, after } = parseInput(Input, event);
  const requestedAt = Date.parse(input.scheduledAt ?? startedAt);
  const part = { after: after === '' ? undefined : after, limit: TENANTS_PER_PAGE };
  const tenants = await deps.registry.listTenants(part);
  deps.telemetry.info('forecast runs are due', { tenants: tenants.length, requestedAt, after });
  const runs = tenants.map((tenantId) => {
    const runId = runIdOf({ tenantId, trigger: 'schedule', requestedAt });
    const startAt = requestedAt + 1000 * startDelayOf(tenantId, deps.spreadSeconds);
    return {
      ...{ name: executionNameOf(tenantId, runId), tenantId, runId },
      ...{ requestedAt: new Date(requestedAt).toISOString(), startAt: new Date(startAt).toISOString() },
    };
  });
  return { runs, last: tenants.at(-1) ?? '', isMore: tenants.length === TENANTS_PER_PAGE };
};
