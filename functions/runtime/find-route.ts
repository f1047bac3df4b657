import { NotFoundError, ProblemError } from '../../core/platform/api/errors.ts';
import type { Operation } from '../../core/platform/api/operation.ts';
import { InvalidInputError } from '../../core/shared/errors.ts';

const decode = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch (cause) {
    throw new InvalidInputError('the path is not percent-encoded properly', { field: 'path', cause });
  }
};

/**
 * Parameters of a path that matches a template such as `/v1/targets/{targetId}`; undefined for any other path.
 * @throws InvalidInputError with field `path` for a parameter that is not percent-encoded properly
 */
export const matchPath = (template: string, path: string): Record<string, string> | undefined => {
  const wanted = template.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    const found = given[index] ?? '';
    if (name === undefined ? part !== found : found === '') return undefined;
    if (name !== undefined) params[name] = decode(found);
  }
  return params;
};

interface Routed {
  readonly operation: Operation;
}

const methodsAt = (path: string, operations: readonly Operation[]): string[] => {
  const matching = operations.filter((operation) => matchPath(operation.path, path) !== undefined);
  return [...new Set(matching.map(({ method }) => method.toUpperCase()))].sort();
};

/** Addresses that a function knows besides its routes. */
export interface Addresses {
  /** Operations of other functions, so that the methods of an address are complete. */
  readonly elsewhere?: readonly Operation[];
  /** The error for an unknown address. */
  readonly unknown?: (request: RequestLine) => Error;
}

interface RequestLine {
  readonly method: string;
  readonly path: string;
}

const noSuchAddress = ({ path }: RequestLine) => new NotFoundError(`The API has no address ${path}.`);

/**
 * The methods of an address, by name.
 * @throws NotFoundError for an unknown address, unless `unknown` names another error
 */
export const methodsOf = (
  routes: Readonly<Record<string, Routed>>,
  request: RequestLine,
  { elsewhere = [], unknown = noSuchAddress }: Addresses = {},
): readonly string[] => {
  const own = Object.values(routes).map(({ operation }) => operation);
  const methods = methodsAt(request.path, [...own, ...elsewhere]);
  if (methods.length === 0) throw unknown(request);
  return methods;
};

/**
 * The route of a request with its path parameters.
 * @throws NotFoundError for an unknown address, unless `unknown` names another error
 * @throws ProblemError `method-not-allowed` for a known address and another method
 */
export const findRoute = <One extends Routed>(
  routes: Readonly<Record<string, One>>,
  request: RequestLine,
  addresses: Addresses = {},
) => {
  const { method, path } = request;
  for (const [id, route] of Object.entries(routes)) {
    if (route.operation.method.toUpperCase() !== method) continue;
    const params = matchPath(route.operation.path, path);
    if (params !== undefined) return { id, route, params };
  }
  const allowed = methodsOf(routes, request, addresses).join(', ');
  throw new ProblemError('method-not-allowed', `${path} allows ${allowed}, not ${method}.`, {
    headers: { allow: allowed },
  });
};
