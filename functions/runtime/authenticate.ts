import { hashApiKey, isApiKey } from '../../core/platform/access/api-key.ts';
import type { ApiKey, ApiKeyStore } from '../../core/platform/access/ports.ts';

/** Who a request speaks for. `name` is the key's label, never the key. */
export interface Caller {
  readonly tenantId: string;
  readonly name: string;
}

export type RequestHeaders = Readonly<Record<string, string | undefined>>;

export interface AuthenticateDeps {
  readonly keys: ApiKeyStore;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** How long a revoked key may still pass in a warm container. */
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
 * Makes the check of an API key; known keys are remembered for a minute. Unknown keys are not: each guess differs
 * from the last, and a key issued a moment ago must work.
 * @throws DependencyUnavailableError when the key cannot be looked up: that is no "unknown key"
 */
export const authenticate = ({ keys, now }: AuthenticateDeps) => {
  const known = new Map<string, { readonly key: ApiKey; readonly until: number }>();
  const remember = (hash: string, key: ApiKey): void => {
    if (known.size >= CACHE_KEYS) known.clear();
    known.set(hash, { key, until: now() + CACHE_MS });
  };
  return async (headers: RequestHeaders): Promise<Caller | undefined> => {
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
