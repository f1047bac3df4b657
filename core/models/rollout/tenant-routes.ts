/** The routing table of a tenant: how forecasts read it, and how people change it. */
import { InvalidInputError } from '../../shared/errors.ts';
import { untilCommitted } from '../../shared/until-committed.ts';
import { isTrusted } from '../line-up.ts';
import type { ModelScope, ModelStore, RouteStore } from '../ports.ts';
import { MAX_ROUTES, type RouteEntry, RoutingTable } from '../routing-table.ts';
import { entryFor, type Route, type RouteQuestion, routeOf } from './route.ts';

export interface RouteDeps {
  readonly store: Pick<ModelStore, 'lineUp'>;
  readonly routes: RouteStore;
  /** The tenant that holds the line-ups which others share. */
  readonly sharedTenantId: string;
}

export interface RouteScope extends ModelScope {
  readonly region: string | null;
}

type Follows = RouteEntry['follows'];

const lineUpFor = ({ store, sharedTenantId }: RouteDeps, { tenantId, kind }: ModelScope, follows: Follows) =>
  store.lineUp({ tenantId: follows === 'shared' ? sharedTenantId : tenantId, kind });

/** Reads table and line-up once, for all series of a run: they get their routes from the same state. */
export const readRoutes = async (
  deps: RouteDeps,
  scope: RouteScope,
): Promise<(question: Omit<RouteQuestion, 'tenantId'>) => Route> => {
  const { tenantId, kind, region } = scope;
  const entry = entryFor((await deps.routes.get(tenantId)).item, kind, region);
  const { item: lineUp } = await lineUpFor(deps, scope, entry?.follows ?? 'own');
  return (question) => routeOf(lineUp, entry, { ...question, tenantId });
};

const isSame = (a: RouteEntry, { kind, region }: Pick<RouteEntry, 'kind' | 'region'>): boolean =>
  a.kind === kind && a.region === region;

/**
 * Sets the entry of a kind and region.
 * @throws InvalidInputError if it pins a version that neither is nor was champion, or was rolled back, or is one too many
 */
export const setRoute = async (
  deps: RouteDeps,
  tenantId: string,
  entry: RouteEntry,
): Promise<RoutingTable> => {
  const { item: lineUp } = await lineUpFor(deps, { tenantId, kind: entry.kind }, entry.follows);
  if (entry.pinned !== null && !isTrusted(lineUp, entry.pinned))
    throw new InvalidInputError(
      `version ${entry.pinned} of ${entry.kind} cannot be pinned; possible are ${[lineUp.champion, ...lineUp.former].join(', ')}`,
      { field: 'pinned' },
    );
  return untilCommitted('the routing table', async () => {
    const { item, revision } = await deps.routes.get(tenantId);
    const others = item.entries.filter((each) => !isSame(each, entry));
    if (others.length >= MAX_ROUTES) throw new InvalidInputError(`a tenant may have ${MAX_ROUTES} routes`);
    const table = RoutingTable.parse({ entries: [...others, entry] });
    return (await deps.routes.replace(tenantId, { item: table, revision })) ? table : undefined;
  });
};
