import { InvalidInputError } from '../../shared/errors.ts';
import { TenantId } from '../../shared/identifiers.ts';
import { ProblemError } from '../api/errors.ts';
import type { Identity } from '../identity.ts';
import { type Permission, permissionsOf } from '../permissions.ts';
import type { Person } from './ports.ts';

/** Header by which a person of several tenants chooses one. */
export const TENANT_HEADER = 'forestall-tenant';

/** Tenant and permissions that a group `<tenant>.<role>` gives; groups of another form give none. */
const readGroup = (group: string): readonly [tenantId: string, grants: readonly Permission[]] | undefined => {
  const dot = group.lastIndexOf('.');
  const tenant = TenantId.safeParse(group.slice(0, dot));
  const grants = permissionsOf(group.slice(dot + 1));
  return dot > 0 && tenant.success && grants.length > 0 ? [tenant.data, grants] : undefined;
};

const grantsByTenant = (groups: readonly string[]): ReadonlyMap<string, ReadonlySet<Permission>> => {
  const tenants = new Map<string, Set<Permission>>();
  for (const group of groups) {
    const [tenantId, grants] = readGroup(group) ?? ['', []];
    if (grants.length > 0) tenants.set(tenantId, new Set([...(tenants.get(tenantId) ?? []), ...grants]));
  }
  return tenants;
};

const chooseTenant = (tenants: readonly string[], wanted: string | undefined): string | undefined => {
  if (wanted !== undefined || tenants.length < 2) return wanted ?? tenants[0];
  throw new InvalidInputError(
    `you belong to several tenants: name one of them in the header ${TENANT_HEADER}`,
    { field: TENANT_HEADER },
  );
};

/**
 * A person as a caller of the tenant that the header names, or of their only tenant.
 * @throws InvalidInputError if the person has several tenants and names none
 * @throws ProblemError `forbidden` without a role in the tenant, whether or not the tenant exists
 */
export const personIdentity = ({ name, groups, expiresAt }: Person, wanted: string | undefined): Identity => {
  const tenants = grantsByTenant(groups);
  const tenantId = chooseTenant([...tenants.keys()], wanted);
  const grants = tenants.get(tenantId ?? '');
  if (tenantId === undefined || grants === undefined)
    throw new ProblemError('forbidden', 'You have no role in this tenant. Ask its administrator for one.');
  return { tenantId, kind: 'person', name, grants, until: expiresAt };
};
