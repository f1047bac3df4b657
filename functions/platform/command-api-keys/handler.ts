import {
  type IssuedKey,
  issueKey,
  type KeyOrder,
  type Random,
} from '../../../core/platform/access/issue-key.ts';
import type { ApiKeyStore, KeyUses } from '../../../core/platform/access/ports.ts';
import { rotateKey, successorEnd } from '../../../core/platform/access/rotate-key.ts';
import { presentApiKey } from '../../../core/platform/api/api-keys.ts';
import { NotFoundError, ProblemError } from '../../../core/platform/api/errors.ts';
import { secondsOf } from '../../../core/platform/api/instants.ts';
import { PLATFORM_OPERATIONS } from '../../../core/platform/api/operations.ts';
import { presentPage } from '../../../core/platform/api/paging.ts';
import { type ApiKey, type Author, keyIdFor } from '../../../core/platform/api-key.ts';
import type { Identity } from '../../../core/platform/identity.ts';
import type { Scope } from '../../../core/platform/permissions.ts';
import { ConflictError, InvalidInputError } from '../../../core/shared/errors.ts';
import { HOUR_SECONDS, isoOfSeconds } from '../../../core/shared/time.ts';
import { forbidden } from '../../runtime/authorise.ts';
import { idempotencyKeyOf } from '../../runtime/idempotency.ts';
import { type RoutesOf, route } from '../../runtime/route.ts';
import { type HttpDeps, serveHttp } from '../../runtime/serve-http.ts';

export interface Deps extends HttpDeps {
  readonly keys: ApiKeyStore;
  readonly uses: Pick<KeyUses, 'lastUses'>;
  readonly random: Random;
}

/** @throws ProblemError `forbidden` for a token: what it made would outlive it, whatever it allows */
const authorOf = ({ kind, name, keyId }: Identity): Author => {
  if (kind === 'token')
    throw new ProblemError('forbidden', 'A token changes no API keys: use the API key or sign in.');
  return { kind, name, keyId };
};

/** When a key that the caller makes must end: with the key that makes it. Those of people last. Epoch seconds. */
const lastEndOf = ({ kind, until }: Identity): number | undefined => (kind === 'key' ? until : undefined);

/** A caller cannot give a scope that it lacks. @throws ProblemError `forbidden` */
const requireScopes = (caller: Identity, scopes: readonly Scope[]): void => {
  const missing = scopes.find((scope) => !caller.grants.has(scope));
  if (missing !== undefined) throw forbidden(caller, missing);
};

/** One line for each change: who changed which key, and how. */
const audit = ({ telemetry }: Deps, message: string, key: ApiKey, by: Author, replaces?: string): void => {
  const { tenantId, keyId, name, scopes, validUntil } = key;
  telemetry.info(message, { tenantId, keyId, name, scopes, validUntil, by, replaces });
};

const presentIssued = ({ key, text }: IssuedKey, now: number) => ({
  ...presentApiKey(key, now),
  apiKey: text,
});

const list = ({ keys, uses }: Deps) =>
  route(PLATFORM_OPERATIONS.listApiKeys, async ({ caller: { tenantId }, query, receivedAt }) => {
    const page = await keys.list(tenantId, query);
    const lastUses = await uses.lastUses(
      tenantId,
      page.items.map(({ keyId }) => keyId),
    );
    const now = Math.floor(receivedAt / 1000);
    return presentPage(page, (key) => presentApiKey(key, now, lastUses.get(key.keyId)));
  });

/** @throws ConflictError if the Idempotency-Key created a key before */
const issueOnce = async ({ keys, random }: Deps, order: KeyOrder, now: number): Promise<IssuedKey> => {
  try {
    return await issueKey(keys, order, random, now);
  } catch (cause) {
    if (!(cause instanceof ConflictError) || order.keyId === undefined) throw cause;
    throw new ConflictError(
      `An earlier request with this Idempotency-Key created API key ${order.keyId}. If its response was lost, rotate that key.`,
      { cause },
    );
  }
};

/** When a new key expires, by default with the key that makes it. @throws InvalidInputError for any later time */
const endOf = (caller: Identity, wanted: number | undefined, now: number): number | undefined => {
  const last = lastEndOf(caller);
  const refused = (message: string) => new InvalidInputError(message, { field: 'expiresAt' });
  if (wanted !== undefined && wanted <= now) throw refused('expiresAt must be in the future');
  if (last !== undefined && wanted !== undefined && wanted > last)
    throw refused(
      `expiresAt must not be after ${isoOfSeconds(last)}, when the API key that creates this one expires`,
    );
  return wanted ?? last;
};

const create = (deps: Deps) =>
  route(PLATFORM_OPERATIONS.createApiKey, async ({ caller, body, request, receivedAt }) => {
    const [now, by] = [Math.floor(receivedAt / 1000), authorOf(caller)];
    const validUntil = endOf(caller, secondsOf(body.expiresAt), now);
    requireScopes(caller, body.scopes);
    const { tenantId } = caller;
    const once = idempotencyKeyOf(request.headers);
    const keyId = once === undefined ? undefined : keyIdFor(tenantId, once);
    const { name, scopes } = body;
    const issued = await issueOnce(deps, { tenantId, name, scopes, validUntil, keyId, by }, now);
    audit(deps, 'API key created', issued.key, by);
    return presentIssued(issued, now);
  });

const keyOf = async ({ keys }: Deps, tenantId: string, keyId: string): Promise<ApiKey> => {
  const key = await keys.find(tenantId, keyId);
  if (key === undefined) throw unknownKey(keyId);
  return key;
};

const unknownKey = (keyId: string) => new NotFoundError(`There is no API key ${keyId}.`);

/** @throws ProblemError `forbidden`: a shorter successor would fail its sender without a warning */
const refuseLongerThan = (caller: Identity, validUntil: number | undefined): void => {
  const last = lastEndOf(caller);
  if (last === undefined || (validUntil !== undefined && validUntil <= last)) return;
  throw new ProblemError(
    'forbidden',
    `The new key would outlive your API key, which expires at ${isoOfSeconds(last)}: rotate it with a key that lasts as long, or sign in.`,
  );
};

const rotate = (deps: Deps) =>
  route(PLATFORM_OPERATIONS.rotateApiKey, async ({ caller, params: { keyId }, body, receivedAt }) => {
    const [now, by] = [Math.floor(receivedAt / 1000), authorOf(caller)];
    const replaced = await keyOf(deps, caller.tenantId, keyId);
    requireScopes(caller, replaced.scopes);
    refuseLongerThan(caller, successorEnd(replaced, now));
    const rotation = { by, overlap: Math.floor(body.overlapHours * HOUR_SECONDS) };
    const issued = await rotateKey(deps.keys, replaced, rotation, deps.random, now);
    audit(deps, 'API key rotated', issued.key, by, keyId);
    return presentIssued(issued, now);
  });

const revoke = (deps: Deps) =>
  route(PLATFORM_OPERATIONS.revokeApiKey, async ({ caller, params: { keyId }, receivedAt }) => {
    const [now, by] = [Math.floor(receivedAt / 1000), authorOf(caller)];
    const key = await deps.keys.revoke(caller.tenantId, keyId, now, by);
    if (key === undefined) throw unknownKey(keyId);
    audit(deps, 'API key revoked', key, by);
    return presentApiKey(key, now);
  });

export const apiKeyRoutes = (deps: Deps): RoutesOf<typeof PLATFORM_OPERATIONS, 'command-api-keys'> => ({
  listApiKeys: list(deps),
  createApiKey: create(deps),
  rotateApiKey: rotate(deps),
  revokeApiKey: revoke(deps),
});

/** Lists, creates, rotates and revokes the API keys of a tenant. */
export const makeHandler = (deps: Deps) => serveHttp(apiKeyRoutes(deps), deps);
