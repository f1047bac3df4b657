/**
 * How often a tenant has replaced the secrets of its webhooks. They derive from the key of the deployment, the tenant and
 * this number, so that one tenant replaces a leaked secret without a rotation, which would end those of all tenants.
 */
import { ConflictError } from '../../shared/errors.ts';
import { TenantId } from '../../shared/identifiers.ts';
import { rememberByTenant } from '../remember-by-tenant.ts';
import type { WebhookGeneration, WebhookGenerations } from './ports.ts';

export const FIRST_GENERATION: WebhookGeneration = { generation: 0, formerUntil: 0 };

/** The scope from which the secrets of a tenant's generation derive. Tenants contain no slash. */
const scopeOf = (tenantId: string, generation: number): string =>
  generation === 0 ? tenantId : `${tenantId}/${generation}`;

/** The scopes whose signatures are accepted at `now` (epoch milliseconds), first the one to sign with. */
export const webhookScopes = (
  tenantId: string,
  { generation, formerUntil }: WebhookGeneration,
  now: number,
): readonly [string, ...string[]] => [
  scopeOf(tenantId, generation),
  ...(generation > 0 && now < formerUntil * 1000 ? [scopeOf(tenantId, generation - 1)] : []),
];

/**
 * Replaces the secrets of a tenant. Those of two generations at most are accepted. `now` and `overlap` in seconds.
 * @throws ConflictError while the generation before is still accepted, unless it ends now
 */
export const replaceWebhookSecrets = async (
  generations: WebhookGenerations,
  tenantId: string,
  { now, overlap }: { readonly now: number; readonly overlap: number },
): Promise<WebhookGeneration> => {
  const { generation, formerUntil } = await generations.get(tenantId);
  if (generation > 0 && formerUntil > now && overlap > 0)
    throw new ConflictError(
      'the secrets were replaced before, and the ones before those are still accepted: wait until their overlap ends, or replace them without an overlap',
    );
  const next = { generation: generation + 1, formerUntil: now + overlap };
  await generations.raise(tenantId, next);
  return next;
};

const CACHE_MS = 60_000;
/** Anyone can send wrong signatures: a generation is not read more often because of them. */
const MIN_READ_INTERVAL_MS = 1_000;

/** Generations as a process remembers them for a minute. */
export interface KnownGenerations {
  get(tenantId: string): Promise<WebhookGeneration>;
  /** What is stored. @throws DependencyUnavailableError if it cannot be read */
  getNow(tenantId: string): Promise<WebhookGeneration>;
  /** Reads it again, because a signature is of none that is known; limited in rate, so it may be the known one. */
  getAgain(tenantId: string): Promise<WebhookGeneration>;
}

/**
 * Remembers generations. While they cannot be read, the last known one serves to verify.
 * @throws DependencyUnavailableError if it was never read
 */
export const rememberedGenerations = (
  store: Pick<WebhookGenerations, 'get'>,
  now: () => number,
): KnownGenerations => {
  const remembered = rememberByTenant((tenantId) => store.get(tenantId), now);
  // Any text can be the tenant of an address.
  const within = async (tenantId: string, maxAgeMs: number): Promise<WebhookGeneration> =>
    TenantId.safeParse(tenantId).success ? remembered(tenantId, maxAgeMs) : FIRST_GENERATION;
  return {
    get: (tenantId) => within(tenantId, CACHE_MS),
    getNow: (tenantId) => store.get(tenantId),
    getAgain: (tenantId) => within(tenantId, MIN_READ_INTERVAL_MS),
  };
};
