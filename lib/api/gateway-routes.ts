/** The routes of the HTTP API, derived from its operations. */
import type { ApiFunctionName, Operation } from '../../core/platform/api/operation.ts';

export interface GatewayRoute {
  /** `ANY` matches the methods that no other route of the path matches. */
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'ANY';
  readonly path: string;
  readonly servedBy: ApiFunctionName;
}

/**
 * Matches what no operation does: `query-api` answers it with a problem document and names the methods of the address.
 * The gateway would answer it in a format of its own.
 */
export const FALLBACK: GatewayRoute = { method: 'ANY', path: '/v1/{proxy+}', servedBy: 'query-api' };

const routeOf = ({ method, path, gatewayPath = path, servedBy }: Operation): GatewayRoute => ({
  method: method.toUpperCase() as Uppercase<Operation['method']>,
  path: gatewayPath,
  servedBy,
});

/** One route for each operation, except that operations of one gateway path share theirs; the fallback is last. */
export const gatewayRoutes = (operations: readonly Operation[]): readonly GatewayRoute[] => {
  const routes = operations.map(routeOf).map((route) => [`${route.method} ${route.path}`, route] as const);
  return [...new Map(routes).values(), FALLBACK];
};
