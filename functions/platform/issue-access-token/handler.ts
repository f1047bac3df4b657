import { ProblemError } from '../../../core/platform/api/errors.ts';
import { PLATFORM_OPERATIONS } from '../../../core/platform/api/operations.ts';
import { TOKEN_SCOPES } from '../../../core/platform/permissions.ts';
import { issueToken } from '../../../core/platform/secrets/access-token.ts';
import type { KeyRings } from '../../../core/platform/secrets/ports.ts';
import { isoOfSeconds } from '../../../core/shared/time.ts';
import { forbidden } from '../../runtime/authorise.ts';
import { type RoutesOf, route } from '../../runtime/route.ts';
import { type HttpDeps, serveHttp } from '../../runtime/serve-http.ts';

export interface Deps extends HttpDeps {
  readonly rings: KeyRings;
}

/** A token extends neither its own life nor that of the credential that it comes from. Only the id of the key is logged, never the token. */
const createAccessToken = ({ rings, telemetry }: Deps) =>
  route(PLATFORM_OPERATIONS.createAccessToken, async ({ caller, body, receivedAt }) => {
    if (caller.kind === 'token')
      throw new ProblemError('forbidden', 'A token creates no further tokens: use the API key or sign in.');
    const { tenantId, name, keyId, grants, until = Number.POSITIVE_INFINITY } = caller;
    const scopes = body.scopes ?? TOKEN_SCOPES.filter((scope) => grants.has(scope));
    const missing = scopes.find((scope) => !grants.has(scope));
    if (missing !== undefined) throw forbidden(caller, missing);
    const expiresAt = Math.min(Math.floor(receivedAt / 1000) + body.expiresInSeconds, until);
    const claims = { tenantId, name, scopes, expiresAt, keyId };
    const accessToken = issueToken(await rings.read(), claims, receivedAt);
    telemetry.info('access token created', { tenantId, name, keyId, scopes, expiresAt });
    return { accessToken, scopes, expiresAt: isoOfSeconds(expiresAt) };
  });

export const tokenRoutes = (deps: Deps): RoutesOf<typeof PLATFORM_OPERATIONS, 'issue-access-token'> => ({
  createAccessToken: createAccessToken(deps),
});

/** Issues short-lived access tokens. */
export const makeHandler = (deps: Deps) => serveHttp(tokenRoutes(deps), deps);
