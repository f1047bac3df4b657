/** Operations by which the directory of a tenant provisions its people: SCIM 2.0 (RFC 7644). */
import * as z from 'zod';
import { StorableText } from '../../shared/text.ts';
import { named } from './components.ts';
import type { Operations } from './operation.ts';
import { NoParameters } from './parameters.ts';
import { ERROR_SCHEMA, SCIM_TYPES } from './scim-error.ts';
import { MAX_COUNT, ScimPatch } from './scim-patch.ts';

const schemas = z.array(z.string());

const ScimUser = named(
  'ScimUser',
  z
    .looseObject({ schemas: schemas.optional(), userName: z.string() })
    .describe('A user (RFC 7643, section 4.1); attributes that Forestall does not keep are ignored'),
);
const ScimGroup = named(
  'ScimGroup',
  z
    .looseObject({ schemas: schemas.optional(), displayName: z.string() })
    .describe('A group (RFC 7643, section 4.2), which gives its members a role'),
);
const ScimList = named(
  'ScimList',
  z.object({
    ...{ schemas, totalResults: z.int(), startIndex: z.int(), itemsPerPage: z.int() },
    Resources: z.array(z.looseObject({})),
  }),
);
const ScimResource = named('ScimResource', z.looseObject({ schemas }));
export const ScimError = named(
  'ScimError',
  z.object({
    schemas: z.tuple([z.literal(ERROR_SCHEMA)]),
    status: z.string(),
    scimType: z.enum(SCIM_TYPES).optional(),
    detail: z.string(),
  }),
);

/** Whole numbers below the least one mean the least one (RFC 7644, section 3.4.2.4). */
const wholeFrom = (min: number) =>
  z.coerce
    .number()
    .int()
    .transform((value) => Math.max(value, min));
const shown = {
  attributes: StorableText.max(1024).optional(),
  excludedAttributes: StorableText.max(1024).optional(),
};
const ignored = StorableText.max(256).optional().describe('Ignored: lists are in the order of ids');
const ListQuery = z.strictObject({
  ...shown,
  filter: StorableText.max(1024).optional().describe('Comparisons with `eq`, joined by `and`'),
  ...{ sortBy: ignored, sortOrder: ignored },
  startIndex: wholeFrom(1).default(1),
  count: wholeFrom(0)
    .default(MAX_COUNT)
    .transform((count) => Math.min(count, MAX_COUNT)),
});
const ReadQuery = z.strictObject(shown);
const IdPath = z.object({ id: StorableText.min(1).max(128) });

const SCIM = {
  tag: 'platform',
  needs: 'provision',
  servedBy: 'provision-people',
  dialect: 'scim',
  gatewayPath: '/v1/scim/v2/{proxy+}',
  params: NoParameters,
  query: NoParameters,
} as const;
const READ = { ...SCIM, method: 'get', quota: 'readsPerMinute', status: 200 } as const;
const COMMAND = { ...SCIM, quota: 'commandsPerMinute', status: 200 } as const;
const PERSON_BYTES = 32 * 1024;

export const PROVISIONING_OPERATIONS = {
  listScimUsers: {
    ...READ,
    path: '/v1/scim/v2/Users',
    summary: 'Lists the people whom the directory provisioned',
    query: ListQuery,
    responses: [ScimList],
  },
  getScimUser: {
    ...READ,
    path: '/v1/scim/v2/Users/{id}',
    summary: 'Returns a person with their groups',
    params: IdPath,
    query: ReadQuery,
    responses: [ScimResource],
  },
  createScimUser: {
    ...COMMAND,
    method: 'post',
    path: '/v1/scim/v2/Users',
    summary: 'Adds a person, who has no role yet; 409 if the user name is taken',
    body: ScimUser,
    maxBodyBytes: PERSON_BYTES,
    status: 201,
    responses: [ScimResource],
    problems: ['conflict'],
  },
  replaceScimUser: {
    ...COMMAND,
    method: 'put',
    path: '/v1/scim/v2/Users/{id}',
    summary: 'Replaces the attributes of a person; `active` and `externalId` stay if omitted',
    params: IdPath,
    body: ScimUser,
    maxBodyBytes: PERSON_BYTES,
    responses: [ScimResource],
    problems: ['conflict'],
  },
  patchScimUser: {
    ...COMMAND,
    method: 'patch',
    path: '/v1/scim/v2/Users/{id}',
    summary: 'Changes attributes of a person; `active: false` ends their sessions',
    params: IdPath,
    body: ScimPatch,
    maxBodyBytes: PERSON_BYTES,
    responses: [ScimResource],
    problems: ['conflict'],
  },
  deleteScimUser: {
    ...COMMAND,
    method: 'delete',
    path: '/v1/scim/v2/Users/{id}',
    summary: 'Ends the sessions of a person and deletes what is stored of them',
    params: IdPath,
    status: 204,
    responses: [],
  },
  listScimGroups: {
    ...READ,
    path: '/v1/scim/v2/Groups',
    summary: 'Lists the groups that give roles in the tenant',
    query: ListQuery,
    responses: [ScimList],
  },
  getScimGroup: {
    ...READ,
    path: '/v1/scim/v2/Groups/{id}',
    summary: 'Returns a group with its members',
    params: IdPath,
    query: ReadQuery,
    responses: [ScimResource],
  },
  createScimGroup: {
    ...COMMAND,
    method: 'post',
    path: '/v1/scim/v2/Groups',
    summary: 'Adds a group; its name decides which role it gives. 409 if the tenant has it',
    body: ScimGroup,
    status: 201,
    responses: [ScimResource],
    problems: ['conflict'],
  },
  replaceScimGroup: {
    ...COMMAND,
    method: 'put',
    path: '/v1/scim/v2/Groups/{id}',
    summary: 'Replaces the members of a group',
    params: IdPath,
    body: ScimGroup,
    responses: [ScimResource],
  },
  patchScimGroup: {
    ...COMMAND,
    method: 'patch',
    path: '/v1/scim/v2/Groups/{id}',
    summary: 'Adds, removes or replaces members of a group',
    params: IdPath,
    body: ScimPatch,
    responses: [ScimResource],
  },
  deleteScimGroup: {
    ...COMMAND,
    method: 'delete',
    path: '/v1/scim/v2/Groups/{id}',
    summary: 'Deletes a group, so that its members lose the role',
    params: IdPath,
    status: 204,
    responses: [],
  },
  getScimConfiguration: {
    ...READ,
    path: '/v1/scim/v2/ServiceProviderConfig',
    summary: 'Returns the features of SCIM that are supported',
    responses: [ScimResource],
  },
  listScimResourceTypes: {
    ...READ,
    path: '/v1/scim/v2/ResourceTypes',
    summary: 'Lists the types of SCIM resources',
    responses: [ScimList],
  },
  getScimResourceType: {
    ...READ,
    path: '/v1/scim/v2/ResourceTypes/{id}',
    summary: 'Returns a type of SCIM resources',
    params: IdPath,
    responses: [ScimResource],
  },
  listScimSchemas: {
    ...READ,
    path: '/v1/scim/v2/Schemas',
    summary: 'Lists the schemas of the SCIM resources',
    responses: [ScimList],
  },
  getScimSchema: {
    ...READ,
    path: '/v1/scim/v2/Schemas/{id}',
    summary: 'Returns the schema of a SCIM resource',
    params: IdPath,
    responses: [ScimResource],
  },
} as const satisfies Operations;
