import * as z from 'zod';
import { ROLE_NAMES, type Role } from '../permissions.ts';

/** Names of the groups that give the roles. A role without a name cannot be given. */
export const GroupNames = z.partialRecord(z.enum(ROLE_NAMES), z.string().min(1).max(256));
export type GroupNames = z.infer<typeof GroupNames>;

/** The directory of a tenant, which the stage configures. */
export const TenantDirectory = z.strictObject({
  /** Identity provider with which the people of the tenant sign in. */
  provider: z.string(),
  /** The attribute that the provider sends as subject (SAML NameID, OIDC `sub`). */
  subject: z.enum(['userName', 'externalId']),
  groups: GroupNames.optional(),
});
export type TenantDirectory = z.infer<typeof TenantDirectory>;

/** Directories by tenant. */
export const TenantDirectories = z.record(z.string(), TenantDirectory);
export type TenantDirectories = z.infer<typeof TenantDirectories>;

const DEFAULT_NAMES: GroupNames = Object.fromEntries(ROLE_NAMES.map((role) => [role, `forestall-${role}`]));

/** The directory of a tenant; undefined if the stage configures none. */
export const directoryOf = (directories: TenantDirectories, tenantId: string): TenantDirectory | undefined =>
  Object.hasOwn(directories, tenantId) ? directories[tenantId] : undefined;

/** Group names of a tenant: `forestall-<role>` unless the stage names others. */
export const groupNamesOf = (directories: TenantDirectories, tenantId: string): GroupNames =>
  directoryOf(directories, tenantId)?.groups ?? DEFAULT_NAMES;

/** The role that a group gives; upper and lower case are the same. */
export const roleNamed = (names: GroupNames, displayName: string): Role | undefined =>
  ROLE_NAMES.find((role) => names[role]?.toLowerCase() === displayName.trim().toLowerCase());
