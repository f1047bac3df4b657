import type { TenantQuotas } from '../../core/platform/access/ports.ts';
import { ProblemError } from '../../core/platform/api/errors.ts';
import type { Operation } from '../../core/platform/api/operation.ts';
import type { Telemetry } from '../../core/shared/telemetry.ts';
import type { Authenticate, Caller } from './authenticate.ts';
import { type Addresses, findRoute } from './find-route.ts';
import type { HttpReply } from './http-reply.ts';
import { type HttpRequest, readHttpRequest } from './http-request.ts';
import { overQuota } from './over-quota.ts';
import { replyToError } from './problem-reply.ts';
import type { Route } from './route.ts';

export interface HttpDeps {
  readonly authenticate: Authenticate;
  readonly quotas: TenantQuotas;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly telemetry: Telemetry;
}

const callerOf = async (
  { authenticate }: HttpDeps,
  { needs }: Operation,
  { headers }: HttpRequest,
): Promise<Caller | undefined> => {
  if (needs === 'none') return undefined;
  const caller = await authenticate(headers);
  if (caller !== undefined) return caller;
  throw new ProblemError('unauthorized', 'Send a valid API key as a bearer token or as x-api-key.', {
    headers: { 'www-authenticate': 'Bearer' },
  });
};

/** Points are charged by the function that counts them. @throws ProblemError if the quota of the operation is used up */
const takeQuota = async (
  { quotas, telemetry }: HttpDeps,
  { quota }: Operation,
  fields: Readonly<Record<string, unknown>>,
  caller: Caller | undefined,
  receivedAt: number,
): Promise<void> => {
  if (caller === undefined || quota === 'none' || quota === 'pointsPerMinute') return;
  const { tenantId } = caller;
  if (await quotas.take(tenantId, quota, 1, receivedAt)) return;
  throw overQuota(telemetry, { tenantId, quota, receivedAt }, fields);
};

/**
 * The handler of a function behind the HTTP API: finds the route, authenticates the caller, charges the quota of the
 * tenant, checks the request, executes it, and answers every failure with a problem document.
 */
export const serveHttp =
  (routes: Readonly<Record<string, Route>>, deps: HttpDeps, addresses: Addresses = {}) =>
  async (event: unknown): Promise<HttpReply> => {
    const fields: Record<string, unknown> = {};
    let request: HttpRequest | undefined;
    try {
      request = readHttpRequest(event);
      fields.requestId = request.requestId;
      const { id, route, params } = findRoute(routes, request, addresses);
      fields.operation = id;
      const caller = await callerOf(deps, route.operation, request);
      fields.tenantId = caller?.tenantId;
      const receivedAt = deps.now();
      await takeQuota(deps, route.operation, fields, caller, receivedAt);
      return await route.prepare({ request, params, caller })(receivedAt);
    } catch (error) {
      return replyToError(error, { telemetry: deps.telemetry, fields });
    }
  };
