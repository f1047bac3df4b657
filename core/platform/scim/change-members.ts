/** Applies what directories send to the members and the external id of a group. */
import * as z from 'zod';
import { PlainLine, StorableText } from '../../shared/text.ts';
import { InvalidRequestError } from '../api/errors.ts';
import { scimProblem } from '../api/scim-error.ts';
import type { PatchOperation } from '../api/scim-patch.ts';
import { applyOperation, type ResourceKind, type SettingOp, setAll } from './apply-patch.ts';
import { readFilter } from './scim-filter.ts';
import { type AttributePath, GROUP_SCHEMA, requirePlain } from './scim-path.ts';

/** A group while it is changed. */
export interface GroupDraft {
  readonly members: ReadonlySet<string>;
  readonly externalId?: string | undefined;
  /** The name that the directory wants. */
  readonly displayName?: string | undefined;
}

const MAX_MEMBERS = 5000;
const Members = z
  .preprocess(
    (value) => (value === null || value === undefined ? [] : [value].flat()),
    z.array(z.object({ value: StorableText.max(256) })).max(MAX_MEMBERS),
  )
  .transform((members) => members.map(({ value }) => value));
const ExternalId = z.preprocess(
  (value) => (value === null || value === '' ? undefined : value),
  PlainLine.max(256).optional(),
);
const DisplayName = PlainLine.min(1).max(256);

const parsed = <Value>(schema: z.ZodType<Value>, value: unknown, field: string): Value => {
  const { success, data, error } = z.object({ [field]: schema }).safeParse({ [field]: value });
  if (!success) throw new InvalidRequestError(error);
  return data[field] as Value;
};

/** The id of `members[value eq "…"]`. @throws ProblemError `invalidFilter` for any other choice */
const chosenId = (filter: string): string => {
  const [term, ...more] = readFilter(filter);
  if (term?.attribute === 'value' && more.length === 0) return String(term.value);
  throw scimProblem('invalidFilter', 'a path can choose one member, by value', 'path');
};

const requireMember = ({ members }: GroupDraft, id: string): void => {
  if (!members.has(id))
    throw scimProblem('noTarget', 'the group does not have the member that the path chooses', 'path');
};

/** Nothing is kept of a member but its id, which never changes. @throws ProblemError `mutability` for a path to the id */
const ignorePart = (draft: GroupDraft, { filter, subAttribute }: AttributePath): GroupDraft => {
  if (filter !== undefined) requireMember(draft, chosenId(filter));
  if (subAttribute !== 'value') return draft;
  throw scimProblem('mutability', 'a member keeps its value: remove it and add another', 'path');
};

/** Sets the member that a path chooses: `replace` puts others in its place, `add` can only repeat its id. */
const setChosen = (draft: GroupDraft, id: string, op: SettingOp, given: readonly string[]): GroupDraft => {
  requireMember(draft, id);
  if (op === 'add' && given.some((other) => other !== id))
    throw scimProblem('mutability', 'a member keeps its value: add others to members', 'path');
  const others = [...draft.members].filter((member) => member !== id);
  return op === 'add' ? draft : { ...draft, members: new Set([...others, ...given]) };
};

const setMembers = (draft: GroupDraft, path: AttributePath, op: SettingOp, value: unknown): GroupDraft => {
  if (path.subAttribute !== undefined) return ignorePart(draft, path);
  const given = parsed(Members, value, 'members');
  if (path.filter !== undefined) return setChosen(draft, chosenId(path.filter), op, given);
  return { ...draft, members: new Set(op === 'replace' ? given : [...draft.members, ...given]) };
};

/**
 * Entra ID sends the members to remove as the value, the RFC in the filter of the path. Someone who is not a member
 * (any more) can be removed: directories repeat removals.
 */
const removeMembers = (draft: GroupDraft, path: AttributePath, value: unknown): GroupDraft => {
  const { filter, subAttribute } = path;
  if (subAttribute !== undefined) return ignorePart(draft, path);
  if (filter === undefined && value === undefined) return { ...draft, members: new Set() };
  const gone = new Set(filter === undefined ? parsed(Members, value, 'members') : [chosenId(filter)]);
  return { ...draft, members: new Set([...draft.members].filter((id) => !gone.has(id))) };
};

const GROUP: ResourceKind<GroupDraft> = {
  schema: GROUP_SCHEMA,
  readOnly: new Set(['id', 'meta']),
  set: (draft, path, op, value) => {
    if (path.attribute === 'members') return setMembers(draft, path, op, value);
    if (path.attribute === 'externalid') {
      requirePlain(path);
      return { ...draft, externalId: parsed(ExternalId, value, 'externalId') };
    }
    if (path.attribute !== 'displayname') return draft;
    requirePlain(path);
    return { ...draft, displayName: parsed(DisplayName, value, 'displayName') };
  },
  remove: (draft, path, value) => {
    if (path.attribute === 'members') return removeMembers(draft, path, value);
    if (path.attribute === 'displayname')
      throw scimProblem('mutability', 'displayName cannot be removed', 'displayName');
    if (path.attribute !== 'externalid') return draft;
    requirePlain(path);
    return { ...draft, externalId: undefined };
  },
};

/** The group after all operations. @throws ProblemError or InvalidRequestError for one that cannot be applied */
export const patchGroup = (draft: GroupDraft, operations: readonly PatchOperation[]): GroupDraft =>
  operations.reduce((changed, operation) => applyOperation(GROUP, changed, operation), draft);

/** A whole group that a directory sends; a body that omits `externalId` leaves it as it is. */
export const groupIn = (
  body: Readonly<Record<string, unknown>>,
  kept: Pick<GroupDraft, 'externalId'> = {},
): GroupDraft => setAll(GROUP, { ...kept, members: new Set() }, 'replace', body);
