import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Operation } from '../../core/platform/api/operation.ts';
import type { Telemetry } from '../../core/shared/telemetry.ts';
import type { Caller, RequestHeaders } from './authenticate.ts';
import type { Command } from './command.ts';
import { readHttpRequest } from './http-request.ts';
import { matchPath, readJsonBody } from './json-body.ts';
import { problem } from './problem.ts';
import { NotFoundError, problemOfError } from './problem-of-error.ts';

export interface CommandHandlerDeps {
  readonly authenticate: (headers: RequestHeaders) => Promise<Caller | undefined>;
  readonly telemetry: Telemetry;
}

type Result = APIGatewayProxyStructuredResultV2;
type Operations = Readonly<Record<string, Operation>>;

const JSON_HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store' };

/** The operation that a request asks for. */
const routeOf = <Ops extends Operations>(operations: Ops, method: string, path: string) => {
  for (const [id, operation] of Object.entries(operations)) {
    if (operation.method.toUpperCase() !== method) continue;
    const params = matchPath(operation.path, path);
    if (params !== undefined) return { id: id as keyof Ops, params, status: operation.status };
  }
  throw new NotFoundError('There is no such address.');
};

/** Executes the commands of one context. Every failure is answered with a problem document. */
export const commandHandler = <Ops extends Operations>(
  operations: Ops,
  commands: Readonly<{ [Id in keyof Ops]: Command }>,
  { authenticate, telemetry }: CommandHandlerDeps,
) => {
  const respond = async (event: unknown): Promise<Result> => {
    const { method, path, headers } = readHttpRequest(event);
    const { id, params, status } = routeOf(operations, method, path);
    const caller = await authenticate(headers);
    if (caller === undefined)
      return problem(401, 'unauthorized', 'Send a valid API key as a bearer token or as x-api-key.');
    const answer = await commands[id](caller, params, readJsonBody(event));
    return { statusCode: status, headers: JSON_HEADERS, body: JSON.stringify(answer) };
  };
  return async (event: unknown): Promise<Result> => {
    try {
      return await respond(event);
    } catch (error) {
      return problemOfError(error, telemetry);
    }
  };
};
