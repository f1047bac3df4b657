/** Applies what directories send to the fields of a person. Attributes that are not kept are ignored. */
import { InvalidRequestError } from '../api/errors.ts';
import { scimProblem } from '../api/scim-error.ts';
import { objectIn, type PatchOperation } from '../api/scim-patch.ts';
import { PersonFields } from '../provisioning/provisioned-person.ts';
import { readFilter } from './scim-filter.ts';
import { type AttributePath, readPath } from './scim-path.ts';

/** Fields before they are checked. */
type Draft = Map<keyof PersonFields, unknown>;

const PLAIN: Readonly<Record<string, keyof PersonFields>> = {
  username: 'userName',
  externalid: 'externalId',
  displayname: 'displayName',
  active: 'active',
};
const NAMES: Readonly<Record<string, keyof PersonFields>> = {
  givenname: 'givenName',
  familyname: 'familyName',
};
const READ_ONLY = new Set(['id', 'meta', 'groups']);

const own = <Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

const isPreferred = (entry: Readonly<Record<string, unknown>>): boolean =>
  entry.primary === true || /^true$/i.test(String(entry.primary));

/** The address to keep of several: the primary one, else that of work, else the first. */
const chooseAddress = (value: unknown): unknown => {
  const entries = [value].flat().map((entry) => objectIn(entry) ?? { value: entry });
  const work = entries.find(({ type }) => String(type).toLowerCase() === 'work');
  return (entries.find(isPreferred) ?? work ?? entries[0])?.value;
};

const setNames = (draft: Draft, value: unknown, subAttribute: string | undefined): void => {
  const given = subAttribute === undefined ? Object.entries(objectIn(value) ?? {}) : [[subAttribute, value]];
  for (const [name, part] of given) {
    const field = own(NAMES, String(name).toLowerCase());
    if (field !== undefined) draft.set(field, part);
  }
};

/** Only one address is kept: those of another type than work are not needed. @throws ProblemError `invalidFilter` */
const isKept = ({ filter = '' }: AttributePath): boolean =>
  readFilter(filter).every(
    ({ attribute, value }) => attribute !== 'type' || String(value).toLowerCase() === 'work',
  );

const setAddress = (draft: Draft, value: unknown, path: AttributePath): void => {
  if ((path.subAttribute ?? 'value') !== 'value' || !isKept(path)) return;
  const address = chooseAddress(value);
  if (address !== undefined) draft.set('email', address);
  else if (Array.isArray(value) && value.length === 0) draft.delete('email');
};

const setAttribute = (draft: Draft, path: AttributePath, value: unknown): void => {
  const { attribute, subAttribute } = path;
  const field = own(PLAIN, attribute);
  if (field !== undefined) draft.set(field, value);
  else if (attribute === 'name') setNames(draft, value, subAttribute);
  else if (attribute === 'emails') setAddress(draft, value, path);
};

const clearAttribute = (draft: Draft, path: AttributePath): void => {
  const { attribute, subAttribute } = path;
  const field = own(PLAIN, attribute);
  if (field === 'userName' || field === 'active')
    throw scimProblem('mutability', `${field} cannot be removed`, field);
  if (field !== undefined) draft.delete(field);
  else if (attribute === 'name')
    setNames(draft, subAttribute === undefined ? { givenname: '', familyname: '' } : '', subAttribute);
  else if (attribute === 'emails' && isKept(path)) draft.delete('email');
};

/** Sets each attribute of an object; directories repeat the id and schemas there. */
const setAll = (draft: Draft, value: unknown): void => {
  const attributes = objectIn(value);
  if (attributes === undefined)
    throw scimProblem('invalidValue', 'an operation without a path needs an object as value', 'value');
  for (const [name, held] of Object.entries(attributes)) {
    const path = readPath(name);
    if (path !== undefined && !READ_ONLY.has(path.attribute)) setAttribute(draft, path, held);
  }
};

const apply = (draft: Draft, { op, path: text, value }: PatchOperation): void => {
  if (text === undefined || text === '') {
    if (op === 'remove') throw scimProblem('noTarget', 'remove needs a path', 'path');
    setAll(draft, value);
    return;
  }
  const path = readPath(text);
  if (path === undefined) return;
  if (READ_ONLY.has(path.attribute))
    throw scimProblem('mutability', `${path.attribute} cannot be changed`, 'path');
  if (op === 'remove') clearAttribute(draft, path);
  else setAttribute(draft, path, value);
};

const draftOf = (
  fields: Readonly<{ [Name in keyof PersonFields]?: PersonFields[Name] | undefined }>,
): Draft => {
  const names = Object.keys(PersonFields.shape) as (keyof PersonFields)[];
  return new Map(names.map((name) => [name, fields[name]]));
};

/** @throws InvalidRequestError naming each invalid attribute */
const checked = (draft: Draft): PersonFields => {
  const parsed = PersonFields.safeParse(Object.fromEntries(draft));
  if (!parsed.success) throw new InvalidRequestError(parsed.error);
  return parsed.data;
};

/**
 * The fields of a whole person that a directory sends. A body that omits `active` or `externalId` leaves them as they are.
 * @throws InvalidRequestError naming each invalid attribute
 */
export const personIn = (
  body: Readonly<Record<string, unknown>>,
  kept: Pick<Partial<PersonFields>, 'active' | 'externalId'> = {},
): PersonFields => {
  const draft = draftOf({ active: kept.active, externalId: kept.externalId });
  setAll(draft, body);
  return checked(draft);
};

/**
 * The fields of a person after all operations.
 * @throws ProblemError for an operation that cannot be applied
 * @throws InvalidRequestError naming each attribute that is invalid afterwards
 */
export const patchPerson = (fields: PersonFields, operations: readonly PatchOperation[]): PersonFields => {
  const draft = draftOf(fields);
  for (const operation of operations) apply(draft, operation);
  return checked(draft);
};
