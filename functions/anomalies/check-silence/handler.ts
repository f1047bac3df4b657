import * as z from 'zod';
import {
  checkSilence,
  type SilenceCheck,
  type SilenceDeps,
} from '../../../core/anomalies/silence/check-silence.ts';
import type { WatchedTarget } from '../../../core/anomalies/silence/find-stopped.ts';
import type { TargetRegistry } from '../../../core/metrics/ports.ts';
import { TenantId } from '../../../core/shared/identifiers.ts';
import { allItems } from '../../../core/shared/page.ts';
import { parseInput } from '../../runtime/parse-input.ts';

export interface Deps extends SilenceDeps {
  readonly registry: Pick<TargetRegistry, 'list'>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** A check that `start-silence-checks` or an operator requests. */
const Input = z.object({ tenantId: TenantId });

const PAGE = 500;

/** Keeps of each target only what is needed: a tenant may have replaced thousands of hosts. */
const watchedTargets = async ({ registry }: Deps, tenantId: string): Promise<readonly WatchedTarget[]> => {
  const watched: WatchedTarget[] = [];
  const targets = allItems((page) => registry.list(tenantId, page), PAGE);
  for await (const { targetId, profile, lastSeen, metrics, pointsPerHour } of targets)
    watched.push({ targetId, profile, lastSeen, metrics: Object.keys(metrics), pointsPerHour });
  return watched;
};

const checkTenant = async (deps: Deps, tenantId: string): Promise<SilenceCheck> => {
  try {
    const targets = await watchedTargets(deps, tenantId);
    return await checkSilence(deps, tenantId, targets, Math.floor(deps.now() / 1000));
  } catch (error) {
    deps.telemetry.count('SilenceCheckFailed');
    deps.telemetry.error('silent targets could not be looked for', { tenantId }, error);
    throw error;
  }
};

/**
 * Announces targets and metrics of one tenant that stopped coming, and those that came back. A repeat announces nothing
 * twice. Throws on failure, so that Lambda retries.
 */
export const makeHandler = (deps: Deps) => async (event: unknown) => {
  const { tenantId } = parseInput(Input, event);
  const { silent, vanished } = await checkTenant(deps, tenantId);
  if (silent + vanished > 0)
    deps.telemetry.info('targets or metrics are silent', { tenantId, silent, vanished });
  return { silent, vanished };
};
