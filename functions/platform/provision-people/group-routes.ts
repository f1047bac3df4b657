import { actorOf } from '../../../core/platform/actor.ts';
import { NotFoundError } from '../../../core/platform/api/errors.ts';
import { scimProblem } from '../../../core/platform/api/scim-error.ts';
import { PROVISIONING_OPERATIONS as OPERATIONS } from '../../../core/platform/api/scim-operations.ts';
import {
  type GroupNames,
  groupNamesOf,
  roleNamed,
  type TenantDirectories,
} from '../../../core/platform/api/tenant-directories.ts';
import type { Identity } from '../../../core/platform/identity.ts';
import { ROLE_NAMES, type Role } from '../../../core/platform/permissions.ts';
import type { DirectoryBudget, RoleGroups } from '../../../core/platform/provisioning/ports.ts';
import { isPersonId } from '../../../core/platform/provisioning/provisioned-person.ts';
import type { RoleGroup } from '../../../core/platform/provisioning/role-group.ts';
import { type GroupDraft, groupIn, patchGroup } from '../../../core/platform/scim/change-members.ts';
import {
  isShown,
  locationOf,
  presentGroup,
  presentList,
  projected,
} from '../../../core/platform/scim/present-scim.ts';
import { ignoringCase, matcher, readFilter } from '../../../core/platform/scim/scim-filter.ts';
import { inParallel } from '../../../core/shared/in-parallel.ts';
import type { Telemetry } from '../../../core/shared/telemetry.ts';
import { route } from '../../runtime/route.ts';
import { NO_CONTENT, scimReply } from './scim-reply.ts';

export interface GroupDeps {
  readonly groups: RoleGroups;
  readonly budget: DirectoryBudget;
  readonly directories: TenantDirectories;
  readonly telemetry: Telemetry;
}

/** Cognito changes 25 members in a second; the gateway waits for 29 seconds. */
const MAX_CHANGES = 500;
const PARALLEL = 5;

interface Held {
  readonly group: RoleGroup;
  readonly members: readonly string[];
}

const namesOf = ({ directories }: GroupDeps, tenantId: string): GroupNames =>
  groupNamesOf(directories, tenantId);

/** The group of an id, if the tenant has it and may give its role. */
const groupOf = async (deps: GroupDeps, tenantId: string, id: string): Promise<RoleGroup> => {
  const role = ROLE_NAMES.find((name) => name === id && namesOf(deps, tenantId)[name] !== undefined);
  const group = role && (await deps.groups.find(tenantId, role));
  if (group === undefined) throw new NotFoundError('There is no group with this id.');
  return group;
};

const heldOf = async (deps: GroupDeps, tenantId: string, id: string): Promise<Held> => {
  const group = await groupOf(deps, tenantId, id);
  return { group, members: await deps.groups.members(tenantId, group.role) };
};

const present = (deps: GroupDeps, tenantId: string, { group, members }: Held) =>
  presentGroup(group, namesOf(deps, tenantId), members);

/** A name that gives no role is refused instead of a group without effect. */
const roleOf = (names: GroupNames, displayName: string | undefined): Role => {
  const role = displayName === undefined ? undefined : roleNamed(names, displayName);
  if (role !== undefined) return role;
  const known = Object.values(names).join(', ');
  throw scimProblem(
    'invalidValue',
    `no role belongs to this group; groups that give a role: ${known}`,
    'displayName',
  );
};

/** @throws ProblemError if the group would get a name that gives another role, or none */
const requireSameRole = (names: GroupNames, { role }: RoleGroup, { displayName }: GroupDraft): void => {
  if (displayName === undefined || roleOf(names, displayName) === role) return;
  throw scimProblem(
    'mutability',
    'a group keeps its name, which decides its role: delete it and add another',
    'displayName',
  );
};

const audit = (
  { telemetry }: GroupDeps,
  message: string,
  caller: Identity,
  role: Role,
  change: Readonly<Record<string, readonly string[]>> = {},
): void => telemetry.info(message, { tenantId: caller.tenantId, role, ...change, by: actorOf(caller) });

const addMember = async ({ groups }: GroupDeps, tenantId: string, role: Role, id: string): Promise<void> => {
  if (isPersonId(id) && (await groups.addMember(tenantId, role, id))) return;
  throw scimProblem('invalidValue', 'there is no user with the id of a member', 'members');
};

/** Makes the changes of members; those who leave come first, so that no one keeps a role because a later change fails. */
const store = async (deps: GroupDeps, caller: Identity, { group, members }: Held, draft: GroupDraft) => {
  const { tenantId } = caller;
  const left = members.filter((id) => !draft.members.has(id));
  const before = new Set(members);
  const joined = [...draft.members].filter((id) => !before.has(id));
  if (left.length + joined.length > MAX_CHANGES)
    throw scimProblem('tooMany', `a request can change ${MAX_CHANGES} members`, 'members');
  if (left.length + joined.length > 0) await deps.budget.requests(tenantId, left.length + joined.length);
  await inParallel(PARALLEL, left, (id) => deps.groups.removeMember(tenantId, group.role, id));
  await inParallel(PARALLEL, joined, (id) => addMember(deps, tenantId, group.role, id));
  if (draft.externalId !== group.externalId)
    await deps.groups.setExternalId(tenantId, group.role, draft.externalId);
  audit(deps, 'Group changed', caller, group.role, { joined, left });
};

const change = async (
  deps: GroupDeps,
  caller: Identity,
  id: string,
  changed: (held: Held) => GroupDraft,
): Promise<object> => {
  const held = await heldOf(deps, caller.tenantId, id);
  const draft = changed(held);
  requireSameRole(namesOf(deps, caller.tenantId), held.group, draft);
  await store(deps, caller, held, draft);
  return present(deps, caller.tenantId, await heldOf(deps, caller.tenantId, id));
};

const groupsOf = async (deps: GroupDeps, tenantId: string): Promise<readonly RoleGroup[]> => {
  const roles = ROLE_NAMES.filter((role) => namesOf(deps, tenantId)[role] !== undefined);
  const found = await inParallel(PARALLEL, roles, (role) => deps.groups.find(tenantId, role));
  return found.filter((group) => group !== undefined);
};

const list = (deps: GroupDeps) =>
  route(OPERATIONS.listScimGroups, async ({ caller: { tenantId }, query }) => {
    const { attributes, excludedAttributes, filter = '' } = query;
    const [terms, names] = [readFilter(filter), namesOf(deps, tenantId)];
    const matches = matcher<Held>(terms, {
      id: ({ group }, value) => group.role === value,
      displayname: ignoringCase(({ group }) => names[group.role]),
      externalid: ({ group }, value) => group.externalId === value,
      members: ({ members }, value) => members.includes(String(value)),
      'members.value': ({ members }, value) => members.includes(String(value)),
    });
    const wanted = { attributes, excludedAttributes };
    const readsMembers =
      isShown('members', wanted) || terms.some(({ attribute }) => attribute.startsWith('members'));
    const held = await inParallel(PARALLEL, await groupsOf(deps, tenantId), async (group) => ({
      group,
      members: readsMembers ? await deps.groups.members(tenantId, group.role) : [],
    }));
    const shown = held.filter(matches).map((one) => projected(present(deps, tenantId, one), wanted));
    return scimReply(200, presentList(shown, query));
  });

const get = (deps: GroupDeps) =>
  route(OPERATIONS.getScimGroup, async ({ caller: { tenantId }, params: { id }, query }) => {
    const { attributes, excludedAttributes } = query;
    const wanted = { attributes, excludedAttributes };
    const group = await groupOf(deps, tenantId, id);
    const members = isShown('members', wanted) ? await deps.groups.members(tenantId, group.role) : [];
    return scimReply(200, projected(present(deps, tenantId, { group, members }), wanted));
  });

/** Members of a new group. A repeated creation must not find a group that a failed one made. */
const storeOrRemove = async (deps: GroupDeps, caller: Identity, group: RoleGroup, draft: GroupDraft) => {
  try {
    await store(deps, caller, { group, members: [] }, draft);
  } catch (error) {
    await deps.groups.remove(caller.tenantId, group.role);
    audit(deps, 'Group removed', caller, group.role);
    throw error;
  }
};

const create = (deps: GroupDeps) =>
  route(OPERATIONS.createScimGroup, async ({ caller, body }) => {
    const draft = groupIn(body);
    const role = roleOf(namesOf(deps, caller.tenantId), draft.displayName);
    const group = await deps.groups.create(caller.tenantId, role, draft.externalId);
    audit(deps, 'Group added', caller, role);
    if (draft.members.size > 0) await storeOrRemove(deps, caller, group, draft);
    const created = present(deps, caller.tenantId, { group, members: [...draft.members] });
    return scimReply(201, created, { location: locationOf(created) });
  });

const replace = (deps: GroupDeps) =>
  route(OPERATIONS.replaceScimGroup, async ({ caller, params: { id }, body }) =>
    scimReply(200, await change(deps, caller, id, ({ group }) => groupIn(body, group))),
  );

const patch = (deps: GroupDeps) =>
  route(OPERATIONS.patchScimGroup, async ({ caller, params: { id }, body }) =>
    scimReply(
      200,
      await change(deps, caller, id, ({ group, members }) =>
        patchGroup({ members: new Set(members), externalId: group.externalId }, body.Operations),
      ),
    ),
  );

const remove = (deps: GroupDeps) =>
  route(OPERATIONS.deleteScimGroup, async ({ caller, params: { id } }) => {
    const { role } = await groupOf(deps, caller.tenantId, id);
    await deps.groups.remove(caller.tenantId, role);
    audit(deps, 'Group removed', caller, role);
    return NO_CONTENT;
  });

export const groupRoutes = (deps: GroupDeps) => ({
  listScimGroups: list(deps),
  getScimGroup: get(deps),
  createScimGroup: create(deps),
  replaceScimGroup: replace(deps),
  patchScimGroup: patch(deps),
  deleteScimGroup: remove(deps),
});
