import { actorOf } from '../../../core/platform/actor.ts';
import { NotFoundError } from '../../../core/platform/api/errors.ts';
import { PROVISIONING_OPERATIONS as OPERATIONS } from '../../../core/platform/api/scim-operations.ts';
import { groupNamesOf, type TenantDirectories } from '../../../core/platform/api/tenant-directories.ts';
import type { Identity } from '../../../core/platform/identity.ts';
import type { PeopleDirectory } from '../../../core/platform/provisioning/ports.ts';
import {
  changedFields,
  fieldsOf,
  isPersonId,
  type PersonFields,
  type ProvisionedPerson,
} from '../../../core/platform/provisioning/provisioned-person.ts';
import { patchPerson, personIn } from '../../../core/platform/scim/change-person.ts';
import { locationOf, presentList, presentUser, projected } from '../../../core/platform/scim/present-scim.ts';
import {
  type Comparison,
  ignoringCase,
  matcher,
  readFilter,
  type Term,
} from '../../../core/platform/scim/scim-filter.ts';
import type { Telemetry } from '../../../core/shared/telemetry.ts';
import { route } from '../../runtime/route.ts';
import { NO_CONTENT, scimReply } from './scim-reply.ts';

export interface UserDeps {
  readonly people: PeopleDirectory;
  readonly directories: TenantDirectories;
  readonly telemetry: Telemetry;
}

const COMPARISONS: Readonly<Record<string, Comparison<ProvisionedPerson>>> = {
  id: ({ id }, value) => id === value,
  username: ignoringCase(({ userName }) => userName),
  externalid: ({ externalId }, value) => externalId === value,
  displayname: ignoringCase(({ displayName }) => displayName),
  active: ({ active }, value) => String(active) === String(value).toLowerCase(),
  emails: ignoringCase(({ email }) => email),
  'emails.value': ignoringCase(({ email }) => email),
};

/** Names of changed attributes only: what directories send is personal data. */
const audit = (
  { telemetry }: UserDeps,
  message: string,
  caller: Identity,
  personId: string,
  changed?: readonly string[],
): void => telemetry.info(message, { tenantId: caller.tenantId, personId, changed, by: actorOf(caller) });

const unknown = () => new NotFoundError('There is no user with this id.');

const personOf = async ({ people }: UserDeps, tenantId: string, id: string): Promise<ProvisionedPerson> => {
  const person = isPersonId(id) ? await people.find(tenantId, id) : undefined;
  if (person === undefined) throw unknown();
  return person;
};

const withRoles = async ({ people, directories }: UserDeps, tenantId: string, person: ProvisionedPerson) =>
  presentUser(person, groupNamesOf(directories, tenantId), await people.rolesOf(tenantId, person.id));

/** Everybody who could match; a user name is looked up directly. */
const candidates = async (
  { people }: UserDeps,
  tenantId: string,
  terms: readonly Term[],
): Promise<readonly ProvisionedPerson[]> => {
  const name = terms.find(({ attribute }) => attribute === 'username');
  if (name === undefined) return people.list(tenantId);
  const found = await people.findByUserName(tenantId, String(name.value));
  return found === undefined ? [] : [found];
};

const list = (deps: UserDeps) =>
  route(OPERATIONS.listScimUsers, async ({ caller: { tenantId }, query }) => {
    const terms = readFilter(query.filter ?? '');
    const matches = matcher(terms, COMPARISONS);
    const found = (await candidates(deps, tenantId, terms)).filter(matches);
    const names = groupNamesOf(deps.directories, tenantId);
    const { attributes, excludedAttributes } = query;
    const shown = found.map((person) =>
      projected(presentUser(person, names), { attributes, excludedAttributes }),
    );
    return scimReply(200, presentList(shown, query));
  });

const get = (deps: UserDeps) =>
  route(OPERATIONS.getScimUser, async ({ caller: { tenantId }, params: { id }, query }) => {
    const user = await withRoles(deps, tenantId, await personOf(deps, tenantId, id));
    const { attributes, excludedAttributes } = query;
    return scimReply(200, projected(user, { attributes, excludedAttributes }));
  });

const create = (deps: UserDeps) =>
  route(OPERATIONS.createScimUser, async ({ caller, body }) => {
    const person = await deps.people.create(caller.tenantId, personIn(body));
    audit(deps, 'Person added', caller, person.id);
    const user = presentUser(person, groupNamesOf(deps.directories, caller.tenantId), []);
    return scimReply(201, user, { location: locationOf(user) });
  });

/** Stores what differs and answers with the person as stored. */
const update = async (
  deps: UserDeps,
  caller: Identity,
  before: ProvisionedPerson,
  fields: PersonFields,
): Promise<object> => {
  const changed = changedFields(before, fields);
  if (changed.length > 0) {
    await deps.people.update(caller.tenantId, before, fields);
    audit(deps, 'Person changed', caller, before.id, changed);
  }
  return withRoles(deps, caller.tenantId, await personOf(deps, caller.tenantId, before.id));
};

const replace = (deps: UserDeps) =>
  route(OPERATIONS.replaceScimUser, async ({ caller, params: { id }, body }) => {
    const before = await personOf(deps, caller.tenantId, id);
    return scimReply(200, await update(deps, caller, before, personIn(body, before)));
  });

const patch = (deps: UserDeps) =>
  route(OPERATIONS.patchScimUser, async ({ caller, params: { id }, body }) => {
    const before = await personOf(deps, caller.tenantId, id);
    const fields = patchPerson(fieldsOf(before), body.Operations);
    return scimReply(200, await update(deps, caller, before, fields));
  });

const remove = (deps: UserDeps) =>
  route(OPERATIONS.deleteScimUser, async ({ caller, params: { id } }) => {
    const { id: personId } = await personOf(deps, caller.tenantId, id);
    await deps.people.remove(caller.tenantId, personId);
    audit(deps, 'Person removed', caller, personId);
    return NO_CONTENT;
  });

export const userRoutes = (deps: UserDeps) => ({
  listScimUsers: list(deps),
  getScimUser: get(deps),
  createScimUser: create(deps),
  replaceScimUser: replace(deps),
  patchScimUser: patch(deps),
  deleteScimUser: remove(deps),
});
