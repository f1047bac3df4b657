import { cognitoPersonVerifier } from '../../adapters/platform/person-tokens.ts';
import { type AccessEnvironment, keyAccess } from './key-access.ts';
import type { HttpDeps } from './serve-http.ts';

/** The user pool of the stage; absent if people cannot sign in. */
interface SignInEnvironment {
  readonly USER_POOL_ID: string;
  readonly USER_POOL_CLIENT_ID: string;
}

/** Access by API keys, and by the access tokens of people who signed in. */
export const apiAccess = (env: AccessEnvironment & SignInEnvironment): HttpDeps =>
  keyAccess(
    env,
    cognitoPersonVerifier({
      userPoolId: env.USER_POOL_ID,
      clientId: env.USER_POOL_CLIENT_ID,
      keysOrigin: process.env.AWS_ENDPOINT_URL,
    }),
  );
