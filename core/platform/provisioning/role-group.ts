import type { Role } from '../permissions.ts';

/** A group of a directory: it gives its members a role in the tenant. */
export interface RoleGroup {
  readonly role: Role;
  readonly externalId?: string | undefined;
  /** ISO 8601. */
  readonly createdAt: string;
  /** ISO 8601. */
  readonly changedAt: string;
}
