/** The routes of the HTTP API, derived from its operations. */
import { OPERATIONS } from '../../core/api/operations.ts';
import type { ApiFunctionName, Operation } from '../../core/platform/api/operation.ts';
import type { StageConfig } from '../config/stage-config.ts';

export interface GatewayRoute {
  /** `ANY` matches the methods that no other route of the path matches. */
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'ANY';
  readonly path: string;
  readonly servedBy: ApiFunctionName;
  /** The rate that the route may take, as a share of the rate of the stage. */
  readonly share: number;
}

/** Rare requests, and those of strangers, cannot start as many functions as the data of a fleet. */
const SHARES: Readonly<Record<Operation['quota'], number>> = {
  pointsPerMinute: 1,
  readsPerMinute: 0.5,
  changesPerMinute: 0.2,
  tracesPerMinute: 0.2,
  commandsPerMinute: 0.1,
  runsPerHour: 0.1,
  watchesPerHour: 0.1,
  newTargetsPerDay: 0.1,
  directoryRequestsPerMinute: 0.1,
  invitationsPerDay: 0.1,
  none: 0.1,
};

/**
 * Match what no operation does: `query-api` answers it with a problem document, names the methods of the address and
 * answers OPTIONS. The gateway would answer it in a format of its own, as it does outside `/v1`.
 */
const FALLBACKS: readonly GatewayRoute[] = ['/v1', '/v1/{proxy+}'].map((path) => ({
  method: 'ANY',
  path,
  servedBy: 'query-api',
  share: SHARES.none,
}));

const routeOf = ({ method, path, gatewayPath = path, servedBy, quota }: Operation): GatewayRoute => ({
  method: method.toUpperCase() as Uppercase<Operation['method']>,
  path: gatewayPath,
  servedBy,
  share: SHARES[quota],
});

/** One route for each operation, except that operations of one gateway path share theirs; the fallbacks are last. */
export const gatewayRoutes = (operations: readonly Operation[]): readonly GatewayRoute[] => {
  const routes = operations.map(routeOf).map((route) => [`${route.method} ${route.path}`, route] as const);
  return [...new Map(routes).values(), ...FALLBACKS];
};

/** The routes of a stage: those of SCIM only with `signIn.scim`. */
export const routesOfStage = ({ signIn }: Pick<StageConfig, 'signIn'>): readonly GatewayRoute[] =>
  gatewayRoutes(
    Object.values(OPERATIONS).filter(({ servedBy }) => signIn.scim || servedBy !== 'provision-people'),
  );
