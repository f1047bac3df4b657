import * as z from 'zod';
import {
  checkSilence,
  type SilenceCheck,
  type SilenceDeps,
} from '../../../core/anomalies/silence/check-silence.ts';
import type { WatchedTarget } from '../../../core/anomalies/silence/find-stopped.ts';
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
const watchedTargets = async ({ registry }: Deps, tenantId: string): Promise<readonly WatchedTarget[]> => {
  const watched: WatchedTarget[] = [];
  const targets = allItems((page) => registry.list(tenantId, page), PAGE);
  for await (const { targetId, profile, lastSeen, metrics } of targets)
    watched.push({ targetId, profile, lastSeen, metrics: Object.keys(metrics) });
  return watched;
};

/** Silences of a tenant; undefined if it could not be checked, which must not delay other tenants. */
const checkTenant = async (deps: Deps, tenantId: string): Promise<SilenceCheck | undefined> => {
  try {
    const targets = await watchedTargets(deps, tenantId);
    return await checkSilence(deps, tenantId, targets, Math.floor(deps.now() / 1000));
  } catch (error) {
    deps.telemetry.count('SilenceCheckFailed');
    deps.telemetry.error('silent targets could not be looked for', { tenantId }, error);
    return undefined;
  }
};

const sumOf = (checked: readonly (SilenceCheck | undefined)[], field: keyof SilenceCheck): number =>
  checked.reduce((sum, one) => sum + (one?.[field] ?? 0), 0);

/**
 * Announces targets and metrics of every tenant that stopped coming, and those that came back. A repeat announces nothing twice.
 * @throws DependencyUnavailableError with the number of tenants that could not be checked
 */
export const makeHandler = (deps: Deps) => async (event: unknown) => {
  const { tenantId } = parseInput(Input, event);
  const tenants = tenantId === undefined ? await deps.registry.listTenants() : [tenantId];
  const checked = await inParallel(TENANTS_AT_ONCE, tenants, (one) => checkTenant(deps, one));
  const failed = checked.filter((one) => one === undefined).length;
  const found = {
    tenants: tenants.length,
    silent: sumOf(checked, 'silent'),
    vanished: sumOf(checked, 'vanished'),
  };
  if (found.silent + found.vanished > 0) deps.telemetry.info('targets or metrics are silent', found);
  if (failed > 0) throw new DependencyUnavailableError(`${failed} of ${tenants.length} tenants failed`);
  return found;
};
