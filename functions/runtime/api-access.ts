import { makeSecretsManagerClient } from '../../adapters/aws/clients.ts';
import { secretsManagerRings } from '../../adapters/platform/key-rings.ts';
import { cognitoPersonVerifier } from '../../adapters/platform/person-tokens.ts';
import type { KeyRings } from '../../core/platform/secrets/ports.ts';
import { type AccessEnvironment, keyAccess } from './key-access.ts';
import { telemetry } from './observe.ts';
import type { HttpDeps } from './serve-http.ts';

/** The user pool of the stage; absent if people cannot sign in. */
interface SignInEnvironment {
  readonly USER_POOL_ID: string;
  readonly USER_POOL_CLIENT_ID: string;
}

interface TokenEnvironment {
  readonly TOKEN_SIGNING_SECRET_ARN: string;
}

/** The keys that sign access tokens. */
export const tokenRings = ({ TOKEN_SIGNING_SECRET_ARN: secretId }: TokenEnvironment): KeyRings =>
  secretsManagerRings({ client: makeSecretsManagerClient(), secretId, now: Date.now, telemetry });

/**
 * Access by API keys, by the access tokens of people who signed in, and by tokens that the API issued. With `freshKeys`,
 * the key of every request is read.
 */
export const apiAccess = (
  env: AccessEnvironment & SignInEnvironment & TokenEnvironment,
  { freshKeys }: { readonly freshKeys?: boolean } = {},
): HttpDeps =>
  keyAccess(env, {
    freshKeys,
    tokens: tokenRings(env),
    people: cognitoPersonVerifier({
      userPoolId: env.USER_POOL_ID,
      clientId: env.USER_POOL_CLIENT_ID,
      keysOrigin: process.env.AWS_ENDPOINT_URL,
    }),
  });
