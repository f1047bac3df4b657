import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { CONTEXT_OPERATIONS, type ContextOperationId } from '../../../core/api/operations.ts';
import type { Caller, RequestHeaders } from '../../runtime/authenticate.ts';
import { readHttpRequest } from '../../runtime/http-request.ts';
import { problem } from '../../runtime/problem.ts';
import { NotFoundError, problemOfError } from '../../runtime/problem-of-error.ts';
import { type Records, recordOperations } from './record-operations.ts';
import { matchPath, readJsonBody } from './request.ts';
import type { Record } from './validated.ts';

export interface Deps extends Records {
  readonly authenticate: (headers: RequestHeaders) => Promise<Caller | undefined>;
}

type Result = APIGatewayProxyStructuredResultV2;

const JSON_HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store' };

/** The operation that a request asks for. */
const routeOf = (method: string, path: string) => {
  for (const [id, operation] of Object.entries(CONTEXT_OPERATIONS)) {
    if (operation.method.toUpperCase() !== method) continue;
    const params = matchPath(operation.path, path);
    if (params !== undefined) return { id: id as ContextOperationId, params, status: operation.status };
  }
  throw new NotFoundError('There is no such address.');
};

const respond = async (
  deps: Deps,
  records: Readonly<{ [Id in ContextOperationId]: Record }>,
  event: unknown,
): Promise<Result> => {
  const { method, path, headers } = readHttpRequest(event);
  const { id, params, status } = routeOf(method, path);
  const caller = await deps.authenticate(headers);
  if (caller === undefined)
    return problem(401, 'unauthorized', 'Send a valid API key as a bearer token or as x-api-key.');
  const answer = await records[id](caller, params, readJsonBody(event));
  return { statusCode: status, headers: JSON_HEADERS, body: JSON.stringify(answer) };
};

/** Takes in what people and tools tell about the fleet. Whatever goes wrong, the answer is a problem document. */
export const makeHandler = (deps: Deps) => {
  const records = recordOperations(deps);
  return async (event: unknown): Promise<Result> => {
    try {
      return await respond(deps, records, event);
    } catch (error) {
      return problemOfError(error, deps.telemetry);
    }
  };
};
