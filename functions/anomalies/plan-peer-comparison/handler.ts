import * as z from 'zod';
import { planPeerGroups, SEEN_SECONDS } from '../../../core/anomalies/peers/plan-groups.ts';
import type { PeerWork, WorkStarter } from '../../../core/anomalies/ports.ts';
import type { TargetRegistry } from '../../../core/metrics/ports.ts';
import type { Target } from '../../../core/metrics/targets/target.ts';
import { DependencyUnavailableError } from '../../../core/shared/errors.ts';
import { TenantId } from '../../../core/shared/identifiers.ts';
import { inParallel } from '../../../core/shared/in-parallel.ts';
import { allItems } from '../../../core/shared/page.ts';
import type { Telemetry } from '../../../core/shared/telemetry.ts';
import { parseInput } from '../../runtime/parse-input.ts';

export interface Deps {
  readonly registry: Pick<TargetRegistry, 'list' | 'listTenants'>;
  readonly starter: WorkStarter<PeerWork>;
  readonly telemetry: Telemetry;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** The schedule sends neither. An operator can name a tenant, and can make its groups re-learn the stored history. */
const Input = z.object({ tenantId: TenantId.optional(), relearn: z.boolean().default(false) });

const PAGE = 500;
const TENANTS_AT_ONCE = 4;
const STARTS_AT_ONCE = 8;

/** Only those that can be compared: all targets of the last weeks may not fit into memory. */
const recentTargets = async ({ registry }: Deps, tenantId: string, now: number): Promise<Target[]> => {
  const recent: Target[] = [];
  for await (const target of allItems((page) => registry.list(tenantId, page), PAGE))
    if (target.lastSeen > now - SEEN_SECONDS) recent.push(target);
  return recent;
};

/** Starts a tenant's comparisons. Returns their number, or undefined on failure, so that other tenants are not affected. */
const startTenant = async (deps: Deps, tenantId: string, relearn: boolean): Promise<number | undefined> => {
  try {
    const now = Math.floor(deps.now() / 1000);
    const groups = planPeerGroups(tenantId, await recentTargets(deps, tenantId, now), now);
    await inParallel(STARTS_AT_ONCE, groups, (group) => deps.starter.start({ ...group, relearn }));
    return groups.length;
  } catch (error) {
    deps.telemetry.count('PeerPlanFailed');
    deps.telemetry.error('peers could not be grouped', { tenantId }, error);
    return undefined;
  }
};

/**
 * Starts the comparison of every tenant's peer groups. Starting a comparison twice is harmless, so a failure of one tenant
 * is retried for all.
 * @throws DependencyUnavailableError with the number of failed tenants
 */
export const makeHandler = (deps: Deps) => async (event: unknown) => {
  const { tenantId, relearn } = parseInput(Input, event);
  const tenants = tenantId === undefined ? await deps.registry.listTenants() : [tenantId];
  const started = await inParallel(TENANTS_AT_ONCE, tenants, (one) => startTenant(deps, one, relearn));
  const failed = started.filter((count) => count === undefined).length;
  const groups = started.reduce<number>((sum, count) => sum + (count ?? 0), 0);
  if (groups > 0)
    deps.telemetry.info('peer comparisons started', { tenants: tenants.length, groups, relearn });
  if (failed > 0) throw new DependencyUnavailableError(`${failed} of ${tenants.length} tenants failed`);
  return { tenants: tenants.length, groups };
};
