/** Commands with an Idempotency-Key are executed once. */
import { createHash } from 'node:crypto';
import { IdempotencyKey } from '../../core/platform/api/idempotency-key.ts';
import { type ExecuteOnceDeps, executeOnce } from '../../core/platform/idempotency/execute-once.ts';
import { InvalidInputError } from '../../core/shared/errors.ts';
import { HttpReply } from './http-reply.ts';
import { bytesOf, type HttpRequest, type RequestHeaders } from './http-request.ts';
import type { Route } from './route.ts';
import { type HttpDeps, serveHttp } from './serve-http.ts';

/** The Idempotency-Key of a request; undefined if it has none. @throws InvalidInputError for a malformed key */
export const idempotencyKeyOf = (headers: RequestHeaders): string | undefined => {
  const given = headers['idempotency-key'];
  if (given === undefined) return undefined;
  const parsed = IdempotencyKey.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new InvalidInputError(parsed.error.issues[0]?.message ?? '', { field: 'Idempotency-Key' });
};

const fingerprintOf = (request: HttpRequest): string =>
  createHash('sha256')
    .update(JSON.stringify([request.method, request.path, request.queryString]))
    .update(bytesOf(request))
    .digest('base64url');

/** Executes a request of a tenant once for each key; a repeated request gets the first response. */
export const executeKeyed = async (
  deps: ExecuteOnceDeps,
  { tenantId, key }: { readonly tenantId: string; readonly key: string },
  request: HttpRequest,
  receivedAt: number,
  execute: (receivedAt: number) => Promise<HttpReply>,
): Promise<HttpReply> => {
  const command = { tenantId, key, fingerprint: fingerprintOf(request), requestId: request.requestId };
  const now = Math.floor(receivedAt / 1000);
  const { statusCode, headers, body } = await executeOnce(deps, command, now, () => execute(receivedAt));
  return new HttpReply(statusCode, headers, body);
};

const once = ({ operation, prepare }: Route, deps: ExecuteOnceDeps): Route => ({
  operation,
  prepare: (routed) => {
    const execute = prepare(routed);
    const { request, caller } = routed;
    const key = idempotencyKeyOf(request.headers);
    if (key === undefined || caller === undefined) return execute;
    const { tenantId } = caller;
    return (receivedAt) => executeKeyed(deps, { tenantId, key }, request, receivedAt, execute);
  },
});

export interface CommandDeps extends HttpDeps, ExecuteOnceDeps {
  readonly telemetry: HttpDeps['telemetry'];
}

/** Serves the commands of a context; those that store their response execute once for each Idempotency-Key. */
export const serveCommands = (routes: Readonly<Record<string, Route>>, deps: CommandDeps) =>
  serveHttp(
    Object.fromEntries(
      Object.entries(routes).map(([id, route]) => [
        id,
        route.operation.idempotency === 'stored-response' ? once(route, deps) : route,
      ]),
    ),
    deps,
  );
