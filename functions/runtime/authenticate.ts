import { hashApiKey, isApiKey } from '../../core/platform/access/api-key.ts';
import type { ApiKey, ApiKeyStore } from '../../core/platform/access/ports.ts';
import type { RequestHeaders } from './http-request.ts';

/** The tenant that a request acts for. `name` is the label of its API key, never the key. */
export interface Caller {
  readonly tenantId: string;
  readonly name: string;
}

/** The caller of a request; undefined if its API key is missing, unknown or revoked. */
export type Authenticate = (headers: RequestHeaders) => Promise<Caller | undefined>;

export interface AuthenticateDeps {
  readonly keys: ApiKeyStore;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** A revoked key may still pass in a warm container for this long. */
const CACHE_MS = 60_000;
const CACHE_KEYS = 1_000;

const headerOf = (headers: RequestHeaders, name: string): string | undefined =>
  headers[name] ?? Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];

/** `authorization: Bearer <key>`, or `x-api-key: <key>`. */
const keyIn = (headers: RequestHeaders): string | undefined => {
  const bearer = /^Bearer +(\S+)$/i.exec(headerOf(headers, 'authorization')?.trim() ?? '')?.[1];
  return bearer ?? headerOf(headers, 'x-api-key')?.trim();
};

/**
 * Checks API keys. Known keys are cached for a minute; unknown keys are not, because a key must work as soon as it is
 * issued.
 * @throws DependencyUnavailableError if the key cannot be looked up: the key may well be valid
 */
export const authenticate = ({ keys, now }: AuthenticateDeps): Authenticate => {
  const known = new Map<string, { readonly key: ApiKey; readonly until: number }>();
  const remember = (hash: string, key: ApiKey): void => {
    if (known.size >= CACHE_KEYS) known.clear();
    known.set(hash, { key, until: now() + CACHE_MS });
  };
  return async (headers) => {
    const text = keyIn(headers);
    if (text === undefined || !isApiKey(text)) return undefined;
    const hash = hashApiKey(text);
    const cached = known.get(hash);
    const key = cached !== undefined && cached.until > now() ? cached.key : await keys.find(hash);
    if (key === undefined) return undefined;
    if (key !== cached?.key) remember(hash, key);
    return { tenantId: key.tenantId, name: key.name };
  };
};
