import type { Role } from '../permissions.ts';
import type { PersonFields, ProvisionedPerson } from './provisioned-person.ts';
import type { RoleGroup } from './role-group.ts';

/** Draws on the quotas of a tenant for what all tenants share. @throws ProblemError `quota-exceeded` */
export interface DirectoryBudget {
  /** Before pages of people are read, or members changed. */
  requests(tenantId: string, units: number): Promise<void>;
  /** Before a person is mailed; once a day for each person. */
  invitation(tenantId: string, personId: string): Promise<void>;
}

/** The people whom a tenant provisioned. None of the methods reaches people of another tenant. */
export interface PeopleDirectory {
  /** @throws ConflictError if someone of the tenant has the user name */
  create(tenantId: string, fields: PersonFields): Promise<ProvisionedPerson>;
  find(tenantId: string, id: string): Promise<ProvisionedPerson | undefined>;
  /** Upper and lower case are the same. */
  findByUserName(tenantId: string, userName: string): Promise<ProvisionedPerson | undefined>;
  /** Everybody, in a stable order. @throws InvalidInputError for more people than can be listed */
  list(tenantId: string): Promise<readonly ProvisionedPerson[]>;
  /** Stores the changes. Deactivating someone also ends their sessions. @throws ConflictError if the new user name is taken */
  update(tenantId: string, before: ProvisionedPerson, fields: PersonFields): Promise<void>;
  /** Ends the sessions of a person and deletes all that is stored of them. */
  remove(tenantId: string, id: string): Promise<void>;
  /** Roles of a person in the tenant. */
  rolesOf(tenantId: string, id: string): Promise<readonly Role[]>;
}

/** The groups of a tenant, at most one for each role. */
export interface RoleGroups {
  find(tenantId: string, role: Role): Promise<RoleGroup | undefined>;
  /** @throws ConflictError if the group exists */
  create(tenantId: string, role: Role, externalId: string | undefined): Promise<RoleGroup>;
  setExternalId(tenantId: string, role: Role, externalId: string | undefined): Promise<void>;
  /** Ids of the members whom the tenant provisioned. */
  members(tenantId: string, role: Role): Promise<readonly string[]>;
  /** False if the person does not exist. */
  addMember(tenantId: string, role: Role, id: string): Promise<boolean>;
  /** Does nothing if the person is not a member. */
  removeMember(tenantId: string, role: Role, id: string): Promise<void>;
  /** Deletes the group; its members lose the role. */
  remove(tenantId: string, role: Role): Promise<void>;
}
