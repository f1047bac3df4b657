/** Documents by which directories discover what the endpoint supports (RFC 7644, section 4; RFC 7643, sections 5 to 7). */
import { MAX_COUNT } from '../api/scim-patch.ts';
import { SCIM_ROOT } from './present-scim.ts';
import { GROUP_SCHEMA, USER_SCHEMA } from './scim-path.ts';

const no = { supported: false };

export const SERVICE_PROVIDER_CONFIG = {
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
  patch: { supported: true },
  bulk: { ...no, maxOperations: 0, maxPayloadSize: 0 },
  filter: { supported: true, maxResults: MAX_COUNT },
  ...{ changePassword: no, sort: no, etag: no },
  authenticationSchemes: [
    {
      type: 'oauthbearertoken',
      name: 'API key',
      description: 'An API key with the scope provision, as a bearer token',
      primary: true,
    },
  ],
  meta: { resourceType: 'ServiceProviderConfig', location: `${SCIM_ROOT}/ServiceProviderConfig` },
} as const;

const resourceType = (name: string, endpoint: string, schema: string) => ({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
  ...{ id: name, name, endpoint, schema },
  meta: { resourceType: 'ResourceType', location: `${SCIM_ROOT}/ResourceTypes/${name}` },
});

export const RESOURCE_TYPES = [
  resourceType('User', '/Users', USER_SCHEMA),
  resourceType('Group', '/Groups', GROUP_SCHEMA),
] as const;

const attribute = (name: string, differs: object = {}) => ({
  ...{ name, type: 'string', multiValued: false, required: false, caseExact: false },
  ...{ mutability: 'readWrite', returned: 'default', uniqueness: 'none', ...differs },
});
const complex = (name: string, subAttributes: readonly object[], differs: object = {}) =>
  attribute(name, { type: 'complex', subAttributes, ...differs });
const READ_ONLY = { mutability: 'readOnly' };
const MANY = { multiValued: true };

const schema = (id: string, name: string, attributes: readonly object[]) => ({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
  ...{ id, name, attributes },
  meta: { resourceType: 'Schema', location: `${SCIM_ROOT}/Schemas/${id}` },
});

export const SCHEMAS = [
  schema(USER_SCHEMA, 'User', [
    attribute('userName', { required: true, uniqueness: 'server' }),
    complex('name', [attribute('givenName'), attribute('familyName')]),
    attribute('displayName'),
    attribute('active', { type: 'boolean' }),
    complex(
      'emails',
      [attribute('value'), attribute('type'), attribute('primary', { type: 'boolean' })],
      MANY,
    ),
    complex('groups', [attribute('value', READ_ONLY), attribute('display', READ_ONLY)], {
      ...MANY,
      ...READ_ONLY,
    }),
  ]),
  schema(GROUP_SCHEMA, 'Group', [
    attribute('displayName', { required: true, mutability: 'immutable', uniqueness: 'server' }),
    complex('members', [attribute('value', { mutability: 'immutable' })], MANY),
  ]),
] as const;
