import { NotFoundError } from '../../../core/platform/api/errors.ts';
import { PROVISIONING_OPERATIONS as OPERATIONS } from '../../../core/platform/api/scim-operations.ts';
import { MAX_COUNT } from '../../../core/platform/api/scim-patch.ts';
import { presentList } from '../../../core/platform/scim/present-scim.ts';
import {
  RESOURCE_TYPES,
  SCHEMAS,
  SERVICE_PROVIDER_CONFIG,
} from '../../../core/platform/scim/scim-discovery.ts';
import { type RoutesOf, route } from '../../runtime/route.ts';
import { type HttpDeps, serveHttp } from '../../runtime/serve-http.ts';
import { type GroupDeps, groupRoutes } from './group-routes.ts';
import { inScim, scimReply } from './scim-reply.ts';
import { type UserDeps, userRoutes } from './user-routes.ts';

export interface Deps extends HttpDeps, UserDeps, GroupDeps {}

const ALL = { startIndex: 1, count: MAX_COUNT };

/** @throws NotFoundError for an unknown id */
const withId = <Resource extends { readonly id: string }>(resources: readonly Resource[], id: string) => {
  const found = resources.find((resource) => resource.id === id);
  if (found === undefined) throw new NotFoundError('There is no resource with this id.');
  return found;
};

const DISCOVERY = {
  getScimConfiguration: route(OPERATIONS.getScimConfiguration, async () =>
    scimReply(200, SERVICE_PROVIDER_CONFIG),
  ),
  listScimResourceTypes: route(OPERATIONS.listScimResourceTypes, async () =>
    scimReply(200, presentList(RESOURCE_TYPES, ALL)),
  ),
  getScimResourceType: route(OPERATIONS.getScimResourceType, async ({ params: { id } }) =>
    scimReply(200, withId(RESOURCE_TYPES, id)),
  ),
  listScimSchemas: route(OPERATIONS.listScimSchemas, async () => scimReply(200, presentList(SCHEMAS, ALL))),
  getScimSchema: route(OPERATIONS.getScimSchema, async ({ params: { id } }) =>
    scimReply(200, withId(SCHEMAS, id)),
  ),
};

const scimRoutes = (deps: Deps): RoutesOf<typeof OPERATIONS, 'provision-people'> => ({
  ...userRoutes(deps),
  ...groupRoutes(deps),
  ...DISCOVERY,
});

/** SCIM 2.0: the directory of a tenant adds, changes and removes its people, and gives them roles by groups. */
export const makeHandler = (deps: Deps) => serveHttp(scimRoutes(deps), deps, {}, inScim);
