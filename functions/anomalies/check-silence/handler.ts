import * as z from 'zod';
import { checkSilence, type SilenceDeps } from '../../../core/anomalies/silence/check-silence.ts';
import type { SeenTarget } from '../../../core/anomalies/silence/find-silences.ts';
import type { TargetRegistry } from '../../../core/metrics/ports.ts';
import { DependencyUnavailableError } from '../../../core/shared/errors.ts';
import { TenantId } from '../../../core/shared/identifiers.ts';
import { inParallel } from '../../../core/shared/in-parallel.ts';
import { allItems } from '../../../core/shared/page.ts';
import { parseInput } from '../../runtime/parse-input.ts';

export interface Deps extends SilenceDeps {
  readonly registry: Pick<TargetRegistry, 'list' | 'listTenants'>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** The schedule sends no tenant; an operator may name one. */
const Input = z.object({ tenantId: TenantId.optional() });

const PAGE = 500;
const TENANTS_AT_ONCE = 4;

/** Keeps of each target only what is needed: a tenant may have replaced thousands of hosts. */
const seenTargets = async ({ registry }: Deps, tenantId: string): Promise<readonly SeenTarget[]> => {
  const seen: SeenTarget[] = [];
  const targets = allItems((page) => registry.list(tenantId, page), PAGE);
  for await (const { targetId, profile, lastSeen } of targets) seen.push({ targetId, profile, lastSeen });
  return seen;
};

/** The number of silent targets of a tenant; undefined if it could not be checked, which others must not wait for. */
const checkTenant = async (deps: Deps, tenantId: string): Promise<number | undefined> => {
  try {
    const targets = await seenTargets(deps, tenantId);
    return await checkSilence(deps, tenantId, targets, Math.floor(deps.now() / 1000));
  } catch (error) {
    deps.telemetry.count('SilenceCheckFailed');
    deps.telemetry.error('silent targets could not be looked for', { tenantId }, error);
    return undefined;
  }
};

/**
 * Announces targets of every tenant that stopped sending, and those that send again. A repeat announces nothing twice.
 * @throws DependencyUnavailableError with the number of tenants that could not be checked
 */
export const makeHandler = (deps: Deps) => async (event: unknown) => {
  const { tenantId } = parseInput(Input, event);
  const tenants = tenantId === undefined ? await deps.registry.listTenants() : [tenantId];
  const checked = await inParallel(TENANTS_AT_ONCE, tenants, (one) => checkTenant(deps, one));
  const failed = checked.filter((count) => count === undefined).length;
  const silent = checked.reduce<number>((sum, count) => sum + (count ?? 0), 0);
  if (silent > 0) deps.telemetry.info('targets are silent', { tenants: tenants.length, silent });
  if (failed > 0) throw new DependencyUnavailableError(`${failed} of ${tenants.length} tenants failed`);
  return { tenants: tenants.length, silent };
};
