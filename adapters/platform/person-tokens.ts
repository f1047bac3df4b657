import * as z from 'zod';
import type { Person, PersonVerifier } from '../../core/platform/access/ports.ts';
import { DependencyUnavailableError } from '../../core/shared/errors.ts';
import { callThrough } from '../../core/shared/resilience/breaker.ts';
import { serviceBreaker } from '../aws/service-breakers.ts';

export interface PersonTokensOptions {
  readonly userPoolId: string;
  /** The app client to which tokens must have been issued. */
  readonly clientId: string;
  /** Origin that serves the keys of the pool instead of its issuer: the local emulator. */
  readonly keysOrigin?: string | undefined;
}

/** Differences of clocks that are tolerated. */
const GRACE_SECONDS = 10;
const FETCH_MS = 3_000;
const MAX_KEYS_BYTES = 64 * 1024;

/** Claims of an access token of Cognito. */
const Claims = z.object({
  username: z.string().min(1).max(128),
  'cognito:groups': z.array(z.string()).default([]),
  exp: z.number(),
});

const fetchKeys = (uri: string): Promise<ArrayBuffer> =>
  callThrough(serviceBreaker('user-pool-keys'), async () => {
    try {
      const answer = await fetch(uri, { redirect: 'error', signal: AbortSignal.timeout(FETCH_MS) });
      const bytes = await answer.arrayBuffer();
      if (answer.ok && bytes.byteLength <= MAX_KEYS_BYTES) return bytes;
      throw new DependencyUnavailableError(`reading the keys of the user pool: ${answer.status}`);
    } catch (cause) {
      if (cause instanceof DependencyUnavailableError) throw cause;
      throw new DependencyUnavailableError('reading the keys of the user pool: no response', { cause });
    }
  });

/** The library and its caches. Loaded with the first token: requests with API keys do without. */
const loadVerifier = async ({ userPoolId, clientId, keysOrigin }: PersonTokensOptions) => {
  const { CognitoJwtVerifier } = await import('aws-jwt-verify');
  const { JwtBaseError, JwksValidationError, JwkValidationError } = await import('aws-jwt-verify/error');
  const { SimpleJwksCache } = await import('aws-jwt-verify/jwk');
  const local = keysOrigin && `${keysOrigin}/${userPoolId}/.well-known/jwks.json`;
  const fetcher = { fetch: (uri: string) => fetchKeys(local || uri) };
  const verifier = CognitoJwtVerifier.create(
    { userPoolId, clientId, tokenUse: 'access', graceSeconds: GRACE_SECONDS },
    { jwksCache: new SimpleJwksCache({ fetcher }) },
  );
  const ownError = (error: unknown): unknown =>
    error instanceof JwksValidationError || error instanceof JwkValidationError
      ? new DependencyUnavailableError('the keys of the user pool cannot be read', { cause: error })
      : error;
  const isInvalid = (error: unknown): boolean => error instanceof JwtBaseError;
  return { verifier, isInvalid, ownError };
};

const personOf = (payload: unknown): Person | undefined => {
  const claims = Claims.safeParse(payload);
  if (!claims.success) return undefined;
  const { username, 'cognito:groups': groups, exp } = claims.data;
  return { name: username, groups, expiresAt: Math.floor(exp) };
};

/**
 * Verifies access tokens of a user pool: signature (RS256, by a key of the pool), issuer, app client, kind and expiry.
 * The keys of the pool are cached; an unknown key id reads them again, at most once in ten seconds.
 */
export const cognitoPersonVerifier = (options: PersonTokensOptions): PersonVerifier => {
  let loading: ReturnType<typeof loadVerifier> | undefined;
  return {
    verify: async (token) => {
      loading ??= loadVerifier(options);
      const { verifier, isInvalid, ownError } = await loading;
      try {
        return personOf(await verifier.verify(token));
      } catch (cause) {
        const error = ownError(cause);
        if (isInvalid(error)) return undefined;
        throw error;
      }
    },
  };
};
