/** What identities may do: permissions, the scopes of API keys and the roles of people. */

/**
 * `ingest`: send data about the fleet (metrics, traces, changes). `read`: read data and assess plans. `operate`: act on
 * incidents, forecast runs, the topology and settings. `approve`: decide about remediations; only people can. `administer`:
 * manage API keys and read the secrets of webhooks.
 * `provision`: add people to the tenant and give them roles, which amounts to all permissions of a person.
 */
export type Permission = Scope | 'approve';

/** Permissions that an API key can hold, in the order in which they are listed. */
export const SCOPES = ['ingest', 'read', 'operate', 'administer', 'provision'] as const;
export type Scope = (typeof SCOPES)[number];

/** What an access token can allow: not to manage API keys or people, which would outlive it, nor to approve. */
export const TOKEN_SCOPES = ['ingest', 'read', 'operate'] as const satisfies readonly Scope[];
/** Longest life of an access token. */
export const MAX_TOKEN_SECONDS = 3600;

/** Each scope once, in the order of the list. */
export const scopesOf = (given: Iterable<Scope>): readonly Scope[] => {
  const held = new Set(given);
  return SCOPES.filter((scope) => held.has(scope));
};

/** Roles of people in a tenant. */
export const ROLE_NAMES = ['viewer', 'operator', 'approver', 'admin'] as const;
export type Role = (typeof ROLE_NAMES)[number];

/** Permissions of people by role. An admin has all, because no caller can give a key what it lacks. */
const ROLES: Readonly<Record<Role, readonly Permission[]>> = {
  viewer: ['read'],
  operator: ['read', 'operate'],
  approver: ['read', 'operate', 'approve'],
  admin: ['ingest', 'read', 'operate', 'approve', 'administer', 'provision'],
};

/** Permissions of a role; none for an unknown one. */
export const permissionsOf = (role: string): readonly Permission[] =>
  Object.hasOwn(ROLES, role) ? ROLES[role as Role] : [];
