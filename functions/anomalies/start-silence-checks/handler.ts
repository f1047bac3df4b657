import type { SilenceWork, WorkStarter } from '../../../core/anomalies/ports.ts';
import type { TargetRegistry } from '../../../core/metrics/ports.ts';
import { DependencyUnavailableError } from '../../../core/shared/errors.ts';
import { inParallel } from '../../../core/shared/in-parallel.ts';
import type { Telemetry } from '../../../core/shared/telemetry.ts';

export interface Deps {
  readonly registry: Pick<TargetRegistry, 'listTenants'>;
  readonly starter: WorkStarter<SilenceWork>;
  readonly telemetry: Telemetry;
}

const STARTS_AT_ONCE = 8;

/** Starts one tenant's check; false on failure, so that other tenants are not affected. */
const startTenant = async ({ starter, telemetry }: Deps, tenantId: string): Promise<boolean> => {
  try {
    await starter.start({ tenantId });
    return true;
  } catch (error) {
    telemetry.count('SilenceCheckNotStarted');
    telemetry.error('a silence check could not be started', { tenantId }, error);
    return false;
  }
};

/**
 * Starts the silence check of every tenant in an invocation of its own, so that a tenant with many points takes time and
 * memory from no other. Starting a check twice is harmless, so a failure is retried for all tenants.
 * @throws DependencyUnavailableError with the number of failed tenants
 */
export const makeHandler = (deps: Deps) => async () => {
  const tenants = await deps.registry.listTenants();
  const started = await inParallel(STARTS_AT_ONCE, tenants, (tenantId) => startTenant(deps, tenantId));
  const failed = started.filter((isStarted) => !isStarted).length;
  if (failed > 0) throw new DependencyUnavailableError(`${failed} of ${tenants.length} tenants failed`);
  return { tenants: tenants.length };
};
