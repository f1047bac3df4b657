/** Applies what directories send to the members and the external id of a group. */
import * as z from 'zod';
import { PlainLine } from '../../shared/text.ts';
import { InvalidRequestError } from '../api/errors.ts';
import { scimProblem } from '../api/scim-error.ts';
import { objectIn, type PatchOperation } from '../api/scim-patch.ts';
import { readFilter } from './scim-filter.ts';
import { type AttributePath, readPath } from './scim-path.ts';

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
    z.array(z.object({ value: z.string().max(256) })).max(MAX_MEMBERS),
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

const setMembers = (draft: GroupDraft, op: PatchOperation['op'], value: unknown): GroupDraft => {
  const given = parsed(Members, value, 'members');
  return { ...draft, members: new Set(op === 'replace' ? given : [...draft.members, ...given]) };
};

const setAttribute = (
  draft: GroupDraft,
  { attribute }: AttributePath,
  op: PatchOperation['op'],
  value: unknown,
): GroupDraft => {
  if (attribute === 'members') return setMembers(draft, op, value);
  if (attribute === 'externalid') return { ...draft, externalId: parsed(ExternalId, value, 'externalId') };
  if (attribute === 'displayname')
    return { ...draft, displayName: parsed(DisplayName, value, 'displayName') };
  return draft;
};

/** The id of `members[value eq "…"]`. Several comparisons would have to hold at once: they choose no member. */
const idsIn = (filter: string): readonly string[] => {
  const [term, ...more] = readFilter(filter);
  if (term?.attribute === 'value' && more.length === 0) return [String(term.value)];
  throw scimProblem('invalidPath', 'a path can choose one member, by value', 'path');
};

/** Entra ID sends the members to remove as the value, the RFC in the filter of the path. */
const removeMembers = (draft: GroupDraft, { filter }: AttributePath, value: unknown): GroupDraft => {
  if (filter === undefined && value === undefined) return { ...draft, members: new Set() };
  const gone = new Set(filter === undefined ? parsed(Members, value, 'members') : idsIn(filter));
  return { ...draft, members: new Set([...draft.members].filter((id) => !gone.has(id))) };
};

const removeAttribute = (draft: GroupDraft, path: AttributePath, value: unknown): GroupDraft => {
  if (path.attribute === 'members') return removeMembers(draft, path, value);
  if (path.attribute === 'displayname')
    throw scimProblem('mutability', 'displayName cannot be removed', 'displayName');
  return path.attribute === 'externalid' ? { ...draft, externalId: undefined } : draft;
};

const setAll = (draft: GroupDraft, op: PatchOperation['op'], value: unknown): GroupDraft => {
  const attributes = objectIn(value);
  if (attributes === undefined)
    throw scimProblem('invalidValue', 'an operation without a path needs an object as value', 'value');
  let changed = draft;
  for (const [name, held] of Object.entries(attributes)) {
    const path = readPath(name);
    if (path !== undefined) changed = setAttribute(changed, path, op, held);
  }
  return changed;
};

const applied = (draft: GroupDraft, { op, path: text, value }: PatchOperation): GroupDraft => {
  if (text === undefined || text === '') {
    if (op === 'remove') throw scimProblem('noTarget', 'remove needs a path', 'path');
    return setAll(draft, op, value);
  }
  const path = readPath(text);
  if (path === undefined) return draft;
  return op === 'remove' ? removeAttribute(draft, path, value) : setAttribute(draft, path, op, value);
};

/** The group after all operations. @throws ProblemError or InvalidRequestError for one that cannot be applied */
export const patchGroup = (draft: GroupDraft, operations: readonly PatchOperation[]): GroupDraft =>
  operations.reduce(applied, draft);

/** A whole group that a directory sends; a body that omits `externalId` leaves it as it is. */
export const groupIn = (
  body: Readonly<Record<string, unknown>>,
  kept: Pick<GroupDraft, 'externalId'> = {},
): GroupDraft => setAll({ ...kept, members: new Set() }, 'replace', body);
