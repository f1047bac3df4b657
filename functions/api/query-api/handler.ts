import { Router } from '@aws-lambda-powertools/event-handler/http';
import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { READ_OPERATIONS, type ReadOperationId } from '../../../core/api/operations.ts';
import type { Operation } from '../../../core/platform/api/operation.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import type { Telemetry } from '../../../core/shared/telemetry.ts';
import type { Caller, RequestHeaders } from '../../runtime/authenticate.ts';
import { type HttpRequest, readHttpRequest } from '../../runtime/http-request.ts';
import { problem } from '../../runtime/problem.ts';
import { NotFoundError, problemOfError } from '../../runtime/problem-of-error.ts';
import { answerOperations, type Sources } from './answer-operations.ts';
import type { Answer } from './validated.ts';

export interface Deps extends Sources {
  readonly authenticate: (headers: RequestHeaders) => Promise<Caller | undefined>;
  readonly telemetry: Telemetry;
}

type Result = APIGatewayProxyStructuredResultV2;

const JSON_HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store' };

/** Query parameters by name. One given twice means two things, so it means nothing. */
const queryOf = (search: URLSearchParams): Record<string, string> => {
  const query: Record<string, string> = {};
  for (const [name, value] of search) {
    if (Object.hasOwn(query, name)) throw new InvalidInputError(`${name} is given twice`, { field: name });
    query[name] = value;
  }
  return query;
};

const respond = async (
  deps: Deps,
  operation: Operation,
  answer: Answer,
  request: { readonly http: HttpRequest; readonly params: unknown },
): Promise<Result> => {
  const caller = operation.open ? undefined : await deps.authenticate(request.http.headers);
  if (caller === undefined && !operation.open) {
    return problem(401, 'unauthorized', 'Send a valid API key as a bearer token or as x-api-key.');
  }
  const query = queryOf(new URLSearchParams(request.http.queryString));
  const body = await answer(caller?.tenantId ?? '', query, request.params);
  return { statusCode: operation.status, headers: JSON_HEADERS, body: JSON.stringify(body) };
};

const methodNotAllowed = (): Result =>
  problem(405, 'method-not-allowed', 'This address can only be read.', { headers: { allow: 'GET' } });

/**
 * What the router needs of an event. Headers and body stay out of it: it would build a web request from them, which
 * refuses a GET with a body and names that are no header names.
 */
const routerEvent = ({ path }: HttpRequest) => ({
  version: '2.0',
  routeKey: '$default',
  rawPath: path,
  rawQueryString: '',
  headers: {},
  requestContext: { domainName: 'api.invalid', http: { method: 'GET' } },
  isBase64Encoded: false,
});

/** `/targets/{id}` as the router writes it: `/targets/:id`. */
const routePath = (template: string): `/${string}` => `/${template.slice(1).replaceAll(/\{(\w+)\}/g, ':$1')}`;

const webResponse = ({ statusCode = 200, headers = {}, body = '' }: Result): Response =>
  new Response(body, {
    status: statusCode,
    headers: Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]),
  });

/** One router for all requests; `requests` finds the request that belongs to a router event. */
const buildRouter = (deps: Deps, requests: WeakMap<object, HttpRequest>): Router => {
  const router = new Router();
  const answers = answerOperations(deps);
  const failed = async (error: unknown) => webResponse(problemOfError(error, deps.telemetry));
  for (const [id, operation] of Object.entries(READ_OPERATIONS)) {
    const answer = answers[id as ReadOperationId];
    router.get(routePath(operation.path), async ({ event, params }) => {
      const http = requests.get(event);
      if (http === undefined) return failed(new Error('the router passed on another event'));
      return webResponse(await respond(deps, operation, answer, { http, params }));
    });
  }
  router.notFound(() => failed(new NotFoundError('There is no such address.')));
  router.errorHandler(URIError, () =>
    failed(new InvalidInputError('the path is not percent-encoded properly')),
  );
  router.errorHandler(Error, failed);
  return router;
};

/** Answers every GET of the API. Whatever goes wrong, the answer is a problem document (RFC 9457). */
export const makeHandler = (deps: Deps) => {
  const requests = new WeakMap<object, HttpRequest>();
  const router = buildRouter(deps, requests);
  return async (event: unknown, context: Context) => {
    try {
      const http = readHttpRequest(event);
      if (http.method !== 'GET') return methodNotAllowed();
      const routed = routerEvent(http);
      requests.set(routed, http);
      return await router.resolve(routed, context);
    } catch (error) {
      return problemOfError(error, deps.telemetry);
    }
  };
};
