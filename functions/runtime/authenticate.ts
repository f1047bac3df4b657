import { personIdentity, TENANT_HEADER } from '../../core/platform/access/person-identity.ts';
import type { ApiKeyFinder, KeyUseRecorder, PersonVerifier } from '../../core/platform/access/ports.ts';
import {
  type ApiKey,
  hasHash,
  hashApiKey,
  type KeyName,
  readApiKey,
  stateOf,
} from '../../core/platform/api-key.ts';
import type { Identity } from '../../core/platform/identity.ts';
import { isAccessToken, verifyToken } from '../../core/platform/secrets/access-token.ts';
import type { KeyRings } from '../../core/platform/secrets/ports.ts';
import type { Telemetry } from '../../core/shared/telemetry.ts';
import { HOUR_SECONDS } from '../../core/shared/time.ts';
import type { RequestHeaders } from './http-request.ts';

/** The identity of a request; undefined if its credential is missing, unknown, expired or revoked. */
export type Authenticate = (headers: RequestHeaders) => Promise<Identity | undefined>;

export interface AuthenticateDeps {
  readonly keys: ApiKeyFinder;
  readonly uses: KeyUseRecorder;
  /** If omitted, only API keys are accepted. */
  readonly people?: PersonVerifier | undefined;
  /** Keys that sign access tokens; if omitted, these are not accepted. */
  readonly tokens?: KeyRings | undefined;
  /** Read the key of every request, so that a revoked one is refused at once; by default a valid key is cached. */
  readonly freshKeys?: boolean | undefined;
  readonly telemetry: Telemetry;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** A revoked key may still pass in a warm container for this long. */
const CACHE_SECONDS = 60;
const CACHE_KEYS = 1_000;
/** A process records the use of a key at most once in this time. */
const USE_SECONDS = HOUR_SECONDS;

const headerOf = (headers: RequestHeaders, name: string): string | undefined =>
  headers[name] ?? Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];

/**
 * The bearer token, and the API key of `x-api-key`. A request whose `authorization` is anything but that key has no
 * credential: another reader of the request might choose the other.
 */
const credentialsIn = (headers: RequestHeaders) => {
  const authorization = headerOf(headers, 'authorization')?.trim() || undefined;
  const bearer = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  const key = headerOf(headers, 'x-api-key')?.trim();
  if (authorization !== undefined && key !== undefined && bearer !== key) return {};
  return { bearer, text: bearer ?? key };
};

/** Three base64url parts. Longer ones than the gateway accepts are not hashed. */
const TOKEN = /^[\w-]{1,2000}\.[\w-]{1,6000}\.[\w-]{1,2000}$/;

const identityOf = ({ tenantId, keyId, name, scopes, validUntil }: ApiKey): Identity => ({
  ...{ tenantId, kind: 'key', name, keyId, grants: new Set(scopes) },
  until: validUntil,
});

/** Valid keys by the hash of their text. */
class KnownKeys {
  readonly #keys = new Map<string, { readonly key: ApiKey; readonly until: number }>();

  get(hash: string, now: number): ApiKey | undefined {
    const known = this.#keys.get(hash);
    return known !== undefined && known.until > now ? known.key : undefined;
  }

  remember(hash: string, key: ApiKey, now: number): void {
    if (this.#keys.size >= CACHE_KEYS) this.#keys.clear();
    this.#keys.set(hash, { key, until: now + CACHE_SECONDS });
  }
}

/** Records uses, each key's at most once an hour. A use that cannot be recorded fails no request. */
const useRecorder = ({ uses, telemetry }: AuthenticateDeps) => {
  const recorded = new Map<string, number>();
  return async ({ tenantId, keyId }: ApiKey, now: number): Promise<void> => {
    const name = `${tenantId} ${keyId}`;
    if (now - (recorded.get(name) ?? Number.NEGATIVE_INFINITY) < USE_SECONDS) return;
    if (recorded.size >= CACHE_KEYS) recorded.clear();
    recorded.set(name, now);
    try {
      await uses.record(tenantId, keyId, now);
    } catch (error) {
      telemetry.error('the use of an API key could not be recorded', { tenantId, keyId }, error);
    }
  };
};

/** The holder of an access token of ours. */
const holderOf = async ({ tokens, now }: AuthenticateDeps, text: string): Promise<Identity | undefined> => {
  if (tokens === undefined) return undefined;
  const verified = verifyToken(await tokens.read(), text, now());
  const again =
    verified === 'unknown-version' ? verifyToken(await tokens.readAgain(), text, now()) : verified;
  return typeof again === 'string' ? undefined : again;
};

/** The person whose access token a request carries, as a caller of the tenant that they name. */
const personIn = async (
  { people }: AuthenticateDeps,
  headers: RequestHeaders,
  token: string,
): Promise<Identity | undefined> => {
  const person = await people?.verify(token);
  return person === undefined ? undefined : personIdentity(person, headerOf(headers, TENANT_HEADER));
};

/**
 * Checks API keys, access tokens of people, and tokens that the API issued. Valid keys are cached for a minute; others are
 * not, because a key must work as soon as it is issued.
 * @throws DependencyUnavailableError if a credential cannot be checked: it may well be valid
 * @throws InvalidInputError, ProblemError if a person names no tenant of theirs
 */
export const authenticate = (deps: AuthenticateDeps): Authenticate => {
  const known = new KnownKeys();
  const recordUse = useRecorder(deps);
  const find = async (
    { tenantId, keyId }: KeyName,
    hash: string,
    now: number,
  ): Promise<ApiKey | undefined> => {
    const key = await deps.keys.find(tenantId, keyId);
    if (key === undefined || !hasHash(key, hash) || stateOf(key, now) !== 'active') return undefined;
    known.remember(hash, key, now);
    await recordUse(key, now);
    return key;
  };
  return async (headers) => {
    const { bearer, text } = credentialsIn(headers);
    if (bearer !== undefined && TOKEN.test(bearer)) return personIn(deps, headers, bearer);
    if (text !== undefined && isAccessToken(text)) return holderOf(deps, text);
    const name = text === undefined ? undefined : readApiKey(text);
    if (text === undefined || name === undefined) return undefined;
    const [hash, now] = [hashApiKey(text), Math.floor(deps.now() / 1000)];
    const cached = deps.freshKeys ? undefined : known.get(hash, now);
    const key = cached ?? (await find(name, hash, now));
    return key === undefined || stateOf(key, now) !== 'active' ? undefined : identityOf(key);
  };
};
