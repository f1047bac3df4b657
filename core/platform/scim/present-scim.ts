/** People and groups as SCIM resources. */

import type { GroupNames } from '../api/tenant-directories.ts';
import type { Role } from '../permissions.ts';
import type { ProvisionedPerson } from '../provisioning/provisioned-person.ts';
import type { RoleGroup } from '../provisioning/role-group.ts';
import { GROUP_SCHEMA, USER_SCHEMA } from './scim-path.ts';

export const SCIM_ROOT = '/v1/scim/v2';
const LIST_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

const userAt = (id: string): string => `${SCIM_ROOT}/Users/${id}`;
const groupAt = (role: Role): string => `${SCIM_ROOT}/Groups/${role}`;

const metaOf = (
  resourceType: string,
  location: string,
  { createdAt, changedAt }: Readonly<Record<'createdAt' | 'changedAt', string>>,
) => ({
  ...{ resourceType, created: createdAt, lastModified: changedAt, location },
});

const nameOf = ({ givenName, familyName }: ProvisionedPerson) =>
  givenName === undefined && familyName === undefined ? {} : { name: { givenName, familyName } };

/** Location of a resource for the header of its response. */
export const locationOf = ({ meta }: { readonly meta: { readonly location: string } }): string =>
  meta.location;

export const presentUser = (person: ProvisionedPerson, names: GroupNames, roles?: readonly Role[]) => {
  const { id, externalId, userName, displayName, email, active } = person;
  return {
    schemas: [USER_SCHEMA],
    ...{ id, externalId, userName, displayName, active },
    ...nameOf(person),
    ...(email === undefined ? {} : { emails: [{ value: email, type: 'work', primary: true }] }),
    ...(roles === undefined
      ? {}
      : { groups: roles.map((role) => ({ value: role, display: names[role], $ref: groupAt(role) })) }),
    meta: metaOf('User', userAt(id), person),
  };
};

export const presentGroup = (group: RoleGroup, names: GroupNames, members?: readonly string[]) => ({
  schemas: [GROUP_SCHEMA],
  ...{ id: group.role, externalId: group.externalId, displayName: names[group.role] },
  ...(members === undefined
    ? {}
    : { members: members.map((value) => ({ value, type: 'User', $ref: userAt(value) })) }),
  meta: metaOf('Group', groupAt(group.role), group),
});

/** Resources from `startIndex` (from 1) on, at most `count`; RFC 7644, section 3.4.2.4. */
export const presentList = (
  resources: readonly object[],
  { startIndex, count }: { readonly startIndex: number; readonly count: number },
) => {
  const shown = resources.slice(startIndex - 1, startIndex - 1 + count);
  return {
    schemas: [LIST_SCHEMA],
    ...{ totalResults: resources.length, startIndex, itemsPerPage: shown.length, Resources: shown },
  };
};

const ALWAYS = new Set(['id', 'schemas']);
const namesIn = (list: string | undefined): ReadonlySet<string> =>
  new Set((list ?? '').split(',').map((name) => name.trim().toLowerCase().split('.')[0] ?? ''));

/** True if a response shows an attribute; RFC 7644, section 3.9. */
export const isShown = (
  name: string,
  {
    attributes,
    excludedAttributes,
  }: Readonly<Record<'attributes' | 'excludedAttributes', string | undefined>>,
): boolean => {
  const lower = name.toLowerCase();
  if (ALWAYS.has(lower)) return true;
  return attributes === undefined ? !namesIn(excludedAttributes).has(lower) : namesIn(attributes).has(lower);
};

/** The attributes of a resource that a request asks for. */
export const projected = (
  resource: object,
  wanted: Readonly<Record<'attributes' | 'excludedAttributes', string | undefined>>,
): object => Object.fromEntries(Object.entries(resource).filter(([name]) => isShown(name, wanted)));
