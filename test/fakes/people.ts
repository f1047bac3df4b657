/** The people and groups of tenants in memory, with the guarantees of the user pool. */
import type { Role } from '../../core/platform/permissions.ts';
import type { PeopleDirectory, RoleGroups } from '../../core/platform/provisioning/ports.ts';
import { type ProvisionedPerson, personIdFor } from '../../core/platform/provisioning/provisioned-person.ts';
import type { RoleGroup } from '../../core/platform/provisioning/role-group.ts';
import { ConflictError } from '../../core/shared/errors.ts';

const AT = { createdAt: '2026-11-29T12:00:00.000Z', changedAt: '2026-11-29T12:00:00.000Z' };
const keyOf = (tenantId: string, id: string) => `${tenantId}.${id}`;

export const memoryPeople = () => {
  const people = new Map<string, ProvisionedPerson>();
  const groups = new Map<string, RoleGroup>();
  const members = new Map<string, Set<string>>();
  const signedOut: string[] = [];
  const ofTenant = (tenantId: string) =>
    [...people].filter(([key]) => key.startsWith(`${tenantId}.`)).map(([, person]) => person);
  const named = (tenantId: string, userName: string) =>
    ofTenant(tenantId).find((person) => person.userName.toLowerCase() === userName.toLowerCase());
  const directory: PeopleDirectory = {
    create: async (tenantId, fields) => {
      if (named(tenantId, fields.userName)) throw new ConflictError('A person with this userName exists.');
      const person = { ...fields, id: personIdFor(tenantId, fields.userName, 0), ...AT };
      people.set(keyOf(tenantId, person.id), person);
      return person;
    },
    find: async (tenantId, id) => people.get(keyOf(tenantId, id)),
    findByUserName: async (tenantId, userName) => named(tenantId, userName),
    list: async (tenantId) => ofTenant(tenantId).sort((a, b) => (a.id < b.id ? -1 : 1)),
    update: async (tenantId, before, fields) => {
      const holder = named(tenantId, fields.userName);
      if (holder && holder.id !== before.id) throw new ConflictError('A person with this userName exists.');
      if (before.active && !fields.active) signedOut.push(before.id);
      people.set(keyOf(tenantId, before.id), { ...fields, id: before.id, ...AT });
    },
    remove: async (tenantId, id) => {
      people.delete(keyOf(tenantId, id));
      signedOut.push(id);
      for (const held of members.values()) held.delete(keyOf(tenantId, id));
    },
    rolesOf: async (tenantId, id) =>
      [...groups.entries()].flatMap(([key, { role }]) =>
        key === keyOf(tenantId, role) && members.get(key)?.has(keyOf(tenantId, id)) ? [role] : [],
      ),
  };
  const roleGroups: RoleGroups = {
    find: async (tenantId, role) => groups.get(keyOf(tenantId, role)),
    create: async (tenantId, role, externalId) => {
      const key = keyOf(tenantId, role);
      if (groups.has(key)) throw new ConflictError('The tenant has a group with this name.');
      const group = { role, externalId, ...AT };
      groups.set(key, group);
      members.set(key, new Set());
      return group;
    },
    setExternalId: async (tenantId, role, externalId) => {
      groups.set(keyOf(tenantId, role), { role, externalId, ...AT });
    },
    members: async (tenantId, role) =>
      [...(members.get(keyOf(tenantId, role)) ?? [])].map((key) => key.slice(tenantId.length + 1)),
    addMember: async (tenantId, role, id) => {
      if (!people.has(keyOf(tenantId, id))) return false;
      members.get(keyOf(tenantId, role))?.add(keyOf(tenantId, id));
      return true;
    },
    removeMember: async (tenantId: string, role: Role, id: string) => {
      members.get(keyOf(tenantId, role))?.delete(keyOf(tenantId, id));
    },
    remove: async (tenantId, role) => {
      groups.delete(keyOf(tenantId, role));
      members.delete(keyOf(tenantId, role));
    },
  };
  return { directory, roleGroups, people, groups, members, signedOut };
};
