/** Applies what directories send to the fields of a person. Attributes that are not kept are ignored. */
import { InvalidRequestError } from '../api/errors.ts';
import { scimProblem } from '../api/scim-error.ts';
import { objectIn, type PatchOperation } from '../api/scim-patch.ts';
import { PersonFields } from '../provisioning/provisioned-person.ts';
import { applyOperation, type ResourceKind, setAll } from './apply-patch.ts';
import { removeAddress, setAddress } from './change-address.ts';
import { type AttributePath, requireNoFilter, requirePlain, USER_SCHEMA } from './scim-path.ts';

/** Fields before they are checked. */
type Draft = Readonly<{ [Name in keyof PersonFields]?: unknown }>;

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

const own = <Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

/** The parts of a name that a value sets: null, which is no part, sets both. */
const partsIn = (value: unknown): Readonly<Record<string, unknown>> => {
  if (value === null) return { givenname: null, familyname: null };
  const parts = objectIn(value);
  if (parts !== undefined) return parts;
  throw scimProblem('invalidValue', 'expected an object with givenName and familyName', 'name');
};

const setNames = (draft: Draft, path: AttributePath, value: unknown): Draft => {
  requireNoFilter(path);
  const given = path.subAttribute === undefined ? partsIn(value) : { [path.subAttribute]: value };
  const fields = Object.entries(given).flatMap(([name, part]) => {
    const field = own(NAMES, name.toLowerCase());
    return field === undefined ? [] : [[field, part]];
  });
  return { ...draft, ...Object.fromEntries(fields) };
};

const plainField = (path: AttributePath): keyof PersonFields | undefined => {
  const field = own(PLAIN, path.attribute);
  if (field !== undefined) requirePlain(path);
  return field;
};

const PERSON: ResourceKind<Draft> = {
  schema: USER_SCHEMA,
  readOnly: new Set(['id', 'meta', 'groups']),
  set: (draft, path, op, value) => {
    const field = plainField(path);
    if (field !== undefined) return { ...draft, [field]: value };
    if (path.attribute === 'name') return setNames(draft, path, value);
    if (path.attribute === 'emails') return { ...draft, email: setAddress(draft.email, path, op, value) };
    return draft;
  },
  remove: (draft, path, value) => {
    const field = plainField(path);
    if (field === 'userName' || field === 'active')
      throw scimProblem('mutability', `${field} cannot be removed`, field);
    if (field !== undefined) return { ...draft, [field]: undefined };
    if (path.attribute === 'name') return setNames(draft, path, null);
    if (path.attribute === 'emails') return { ...draft, email: removeAddress(draft.email, path, value) };
    return draft;
  },
};

/** @throws InvalidRequestError naming each invalid attribute */
const checked = (draft: Draft): PersonFields => {
  const parsed = PersonFields.safeParse(draft);
  if (!parsed.success) throw new InvalidRequestError(parsed.error);
  return parsed.data;
};

/**
 * The fields of a whole person that a directory sends. A body that omits `active` or `externalId` leaves them as they are.
 * @throws InvalidRequestError naming each invalid attribute
 */
export const personIn = (
  body: Readonly<Record<string, unknown>>,
  { active, externalId }: Pick<Partial<PersonFields>, 'active' | 'externalId'> = {},
): PersonFields => checked(setAll(PERSON, { active, externalId }, 'replace', body));

/**
 * The fields of a person after all operations.
 * @throws ProblemError for an operation that cannot be applied
 * @throws InvalidRequestError naming each attribute that is invalid afterwards
 */
export const patchPerson = (fields: PersonFields, operations: readonly PatchOperation[]): PersonFields =>
  checked(operations.reduce<Draft>((draft, operation) => applyOperation(PERSON, draft, operation), fields));
