import type { TenantQuotas } from '../../core/platform/access/ports.ts';
import { actorOf } from '../../core/platform/actor.ts';
import { ProblemError } from '../../core/platform/api/errors.ts';
import type { Operation } from '../../core/platform/api/operation.ts';
import type { Identity } from '../../core/platform/identity.ts';
import type { Telemetry } from '../../core/shared/telemetry.ts';
import type { Authenticate } from './authenticate.ts';
import { forbidden } from './authorise.ts';
import { checkBody } from './check-body.ts';
import type { CountAccess } from './count-access.ts';
import { type Addresses, findRoute, methodsOf } from './find-route.ts';
import { HttpReply } from './http-reply.ts';
import { type HttpRequest, readHttpRequest } from './http-request.ts';
import { overQuota } from './over-quota.ts';
import { replyToError } from './problem-reply.ts';
import type { Route } from './route.ts';
import { secureReply } from './secure-reply.ts';
import { senderAddress } from './sender-address.ts';
import { annotateTrace } from './tracing/trace.ts';

export interface HttpDeps {
  readonly authenticate: Authenticate;
  readonly quotas: TenantQuotas;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly telemetry: Telemetry;
  readonly countAccess?: CountAccess;
  /** True if all requests come through CloudFront. */
  readonly isBehindCloudFront?: boolean;
}

/** @throws ProblemError `unauthorized` if the operation needs a caller and the request has none */
const callerOf = async (
  { authenticate }: HttpDeps,
  { needs }: Operation,
  { headers }: HttpRequest,
): Promise<Identity | undefined> => {
  if (needs === 'none') return undefined;
  const caller = await authenticate(headers);
  if (caller !== undefined) return caller;
  throw new ProblemError(
    'unauthorized',
    'Send a valid API key as a bearer token or as x-api-key, or the access token of a signed-in person as a bearer token.',
    {
      headers: { 'www-authenticate': 'Bearer' },
    },
  );
};

/** @throws ProblemError `forbidden` if the caller lacks the permission that the operation needs */
const authorise = (
  { telemetry }: HttpDeps,
  { needs }: Operation,
  caller: Identity | undefined,
  fields: Readonly<Record<string, unknown>>,
): void => {
  if (needs === 'none' || caller === undefined || caller.grants.has(needs)) return;
  telemetry.info('Request forbidden', { ...fields, needs });
  throw forbidden(caller, needs);
};

/** Points are charged by the function that counts them. @throws ProblemError if the quota of the operation is used up */
const takeQuota = async (
  { quotas, telemetry }: HttpDeps,
  { quota }: Operation,
  fields: Readonly<Record<string, unknown>>,
  caller: Identity | undefined,
  receivedAt: number,
): Promise<void> => {
  if (caller === undefined || quota === 'none' || quota === 'pointsPerMinute') return;
  const { tenantId } = caller;
  if (await quotas.take(tenantId, quota, 1, receivedAt)) return;
  throw overQuota(telemetry, { tenantId, quota, receivedAt }, fields);
};

const reportAccess = (
  { countAccess, now, isBehindCloudFront = false }: HttpDeps,
  request: HttpRequest,
  caller: Identity | undefined,
  { statusCode: status }: HttpReply,
): void => {
  const sourceIp = senderAddress(request, isBehindCloudFront);
  countAccess?.({ caller, sourceIp, status, at: now() });
};

const asItIs = (reply: HttpReply): HttpReply => reply;

/**
 * The handler of a function behind the HTTP API: finds the route, authenticates the caller, checks its permission,
 * charges the quota of the tenant, checks the request, executes it, and answers every failure with a problem document,
 * which `present` can turn into the form of another protocol.
 */
export const serveHttp =
  (routes: Readonly<Record<string, Route>>, deps: HttpDeps, addresses: Addresses = {}, present = asItIs) =>
  async (event: unknown): Promise<HttpReply> => {
    const fields: Record<string, unknown> = {};
    let request: HttpRequest | undefined;
    let caller: Identity | undefined;
    const send = (reply: HttpReply): HttpReply => {
      if (request !== undefined) reportAccess(deps, request, caller, reply);
      return secureReply(reply, request?.requestId);
    };
    try {
      request = readHttpRequest(event);
      fields.requestId = request.requestId;
      if (request.method === 'OPTIONS') {
        const allow = [...methodsOf(routes, request, addresses), 'OPTIONS'].join(', ');
        return send(new HttpReply(204, { allow }, ''));
      }
      const { id, route, params } = findRoute(routes, request, addresses);
      fields.operation = id;
      caller = await callerOf(deps, route.operation, request);
      Object.assign(fields, { tenantId: caller?.tenantId, by: caller && actorOf(caller) });
      annotateTrace({ tenant: caller?.tenantId, operation: id });
      authorise(deps, route.operation, caller, fields);
      const receivedAt = deps.now();
      await takeQuota(deps, route.operation, fields, caller, receivedAt);
      checkBody(route.operation, request);
      return send(await route.prepare({ request, params, caller })(receivedAt));
    } catch (error) {
      return send(present(replyToError(error, { telemetry: deps.telemetry, fields })));
    }
  };
