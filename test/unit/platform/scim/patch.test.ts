import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidRequestError, ProblemError } from '../../../../core/platform/api/errors.ts';
import type { PatchOperation } from '../../../../core/platform/api/scim-patch.ts';
import type { PersonFields } from '../../../../core/platform/provisioning/provisioned-person.ts';
import { type GroupDraft, patchGroup } from '../../../../core/platform/scim/change-members.ts';
import { patchPerson } from '../../../../core/platform/scim/change-person.ts';

const CASES = { numRuns: 2000 };
const IDS = ['a', 'b', 'c', 'd'];
const ADDRESSES = ['a@example.com', 'b@example.com'];

/** The result, or undefined for operations that are refused as SCIM demands. */
const unlessRefused = <Result>(run: () => Result): Result | undefined => {
  try {
    return run();
  } catch (error) {
    if (error instanceof ProblemError || error instanceof InvalidRequestError) return undefined;
    throw error;
  }
};

/** A name in any case. */
const inAnyCase = (names: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom(...names), fc.constantFrom('as it is', 'lower', 'upper'))
    .map(([name, spelling]) =>
      spelling === 'lower' ? name.toLowerCase() : spelling === 'upper' ? name.toUpperCase() : name,
    );

interface Parts {
  readonly attribute: string;
  readonly filter?: { readonly by: string; readonly value: string } | undefined;
  readonly sub?: string | undefined;
}

const partsOf = (attributes: readonly string[], values: readonly string[]): fc.Arbitrary<Parts> =>
  fc.record(
    {
      attribute: inAnyCase(attributes),
      filter: fc.record({
        by: fc.constantFrom('value', 'type', 'primary', 'display'),
        value: fc.constantFrom(...values, 'work', 'home', 'true'),
      }),
      sub: inAnyCase(['value', 'display', 'type', 'givenName', 'familyName', 'foo']),
    },
    { requiredKeys: ['attribute'] },
  );

const textOf = ({ attribute, filter, sub }: Parts): string =>
  [attribute, filter && `[${filter.by} eq "${filter.value}"]`, sub && `.${sub}`].filter(Boolean).join('');

const valuesOf = (texts: readonly string[]): fc.Arbitrary<unknown> => {
  const entry = fc.record(
    { value: fc.constantFrom(...texts), type: fc.constantFrom('work', 'home'), primary: fc.boolean() },
    { requiredKeys: [] },
  );
  return fc.oneof(
    ...[fc.constantFrom(...texts), fc.constant(undefined), fc.constant(null), fc.boolean(), fc.jsonValue()],
    ...[entry, fc.array(entry, { maxLength: 3 })],
    fc.record({ givenName: fc.constantFrom(...texts), familyName: fc.constant('F') }, { requiredKeys: [] }),
  );
};

const OP = fc.constantFrom<PatchOperation['op']>('add', 'replace', 'remove');

/** The fields of a person that a path names; written apart from the code that applies it. */
const namedBy = ({ attribute, sub }: Parts): readonly (keyof PersonFields)[] => {
  const [name, part] = [attribute.toLowerCase(), sub?.toLowerCase()];
  const plain = (['userName', 'externalId', 'displayName', 'active'] as const).find(
    (field) => field.toLowerCase() === name,
  );
  if (plain !== undefined) return part === undefined ? [plain] : [];
  if (name === 'name')
    return (['givenName', 'familyName'] as const).filter(
      (field) => part === undefined || field.toLowerCase() === part,
    );
  return name === 'emails' && (part === undefined || part === 'value') ? ['email'] : [];
};

const PERSON_ATTRIBUTES = [
  'active',
  'userName',
  'externalId',
  'displayName',
  'name',
  'emails',
  'title',
  'roles',
];
const PERSON: fc.Arbitrary<PersonFields> = fc.record(
  {
    ...{ userName: fc.constantFrom('ada', 'bob'), active: fc.boolean(), externalId: fc.constant('e') },
    ...{ displayName: fc.constant('D'), givenName: fc.constant('G'), familyName: fc.constant('H') },
    email: fc.constantFrom(...ADDRESSES),
  },
  { requiredKeys: ['userName', 'active'] },
);
const PERSON_PATH = partsOf(PERSON_ATTRIBUTES, ADDRESSES);
const PERSON_VALUE = valuesOf([...ADDRESSES, 'true', 'False', '']);

const unnamed = (person: PersonFields, named: readonly (keyof PersonFields)[]) =>
  Object.fromEntries(
    Object.entries(person).filter(
      ([name, value]) => value !== undefined && !named.some((field) => field === name),
    ),
  );

describe('a PATCH of a person', () => {
  it('never changes anything that its path does not name', () => {
    let applied = 0;
    fc.assert(
      fc.property(PERSON, OP, PERSON_PATH, PERSON_VALUE, (before, op, path, value) => {
        const after = unlessRefused(() => patchPerson(before, [{ op, path: textOf(path), value }]));
        if (after === undefined) return;
        applied++;
        const named = namedBy(path);
        expect(unnamed(after, named)).toEqual(unnamed(before, named));
        const { by, value: chosen } = path.filter ?? {};
        if (by === 'value' && chosen !== before.email) expect(after).toEqual(before);
        if (by === 'type' && chosen !== 'work') expect(after.email).toBe(before.email);
      }),
      CASES,
    );
    expect(applied).toBeGreaterThan(CASES.numRuns / 10);
  });

  it('without a path never changes anything that its value does not name', () => {
    const attributes = fc.array(fc.tuple(PERSON_PATH, PERSON_VALUE), { maxLength: 4 });
    fc.assert(
      fc.property(PERSON, fc.constantFrom('add', 'replace'), attributes, (before, op, given) => {
        const value = Object.fromEntries(given.map(([path, held]) => [textOf(path), held]));
        const after = unlessRefused(() => patchPerson(before, [{ op, value }]));
        const named = given.flatMap(([path]) => namedBy(path));
        if (after !== undefined) expect(unnamed(after, named)).toEqual(unnamed(before, named));
      }),
      CASES,
    );
  });

  it('activates a person only by the value true', () => {
    fc.assert(
      fc.property(PERSON, OP, PERSON_PATH, PERSON_VALUE, (before, op, path, value) => {
        const inactive = { ...before, active: false };
        const after = unlessRefused(() => patchPerson(inactive, [{ op, path: textOf(path), value }]));
        if (after?.active !== true) return;
        expect(textOf(path).toLowerCase()).toBe('active');
        expect(op).not.toBe('remove');
        expect(String(value).toLowerCase()).toBe('true');
      }),
      CASES,
    );
  });

  it('is refused if it sets something without a value', () => {
    fc.assert(
      fc.property(PERSON, fc.constantFrom('add', 'replace'), PERSON_PATH, (before, op, path) => {
        expect(() => patchPerson(before, [{ op, path: textOf(path) }])).toThrow(ProblemError);
      }),
      CASES,
    );
  });
});

const GROUP: fc.Arbitrary<GroupDraft> = fc
  .subarray(IDS)
  .map((members) => ({ members: new Set(members), externalId: 'e' }));
const GROUP_PATH = partsOf(['members', 'externalId', 'displayName', 'title'], IDS);
const GROUP_VALUE = valuesOf(IDS);

/** The members that an operation may add or remove. */
const touchedBy = (op: PatchOperation['op'], { filter, sub }: Parts, value: unknown): readonly string[] => {
  if (sub !== undefined) return [];
  const given = [value].flat().flatMap((entry) => {
    const id: unknown = Object(entry).value;
    return typeof id === 'string' ? [id] : [];
  });
  const isWhole = filter === undefined && (op === 'replace' || (op === 'remove' && value === undefined));
  return isWhole ? IDS : [...given, ...(filter?.by === 'value' ? [filter.value] : [])];
};

describe('a PATCH of a group', () => {
  it('never adds or removes a member whom it does not name', () => {
    let applied = 0;
    fc.assert(
      fc.property(GROUP, OP, GROUP_PATH, GROUP_VALUE, (before, op, path, value) => {
        const after = unlessRefused(() => patchGroup(before, [{ op, path: textOf(path), value }]));
        if (after === undefined) return;
        applied++;
        const isNamed = path.attribute.toLowerCase() === 'members';
        const touched = isNamed ? touchedBy(op, path, value) : [];
        for (const id of IDS)
          if (!touched.includes(id)) expect(after.members.has(id)).toBe(before.members.has(id));
        if (path.attribute.toLowerCase() !== 'externalid') expect(after.externalId).toBe('e');
        // What an operation sets is never removed, and what it removes is never added.
        if (op === 'add') for (const id of before.members) expect(after.members).toContain(id);
        if (op === 'remove') for (const id of after.members) expect(before.members).toContain(id);
      }),
      CASES,
    );
    expect(applied).toBeGreaterThan(CASES.numRuns / 10);
  });

  it('is refused if it sets something without a value', () => {
    fc.assert(
      fc.property(GROUP, fc.constantFrom('add', 'replace'), GROUP_PATH, (before, op, path) => {
        expect(() => patchGroup(before, [{ op, path: textOf(path) }])).toThrow(ProblemError);
      }),
      CASES,
    );
  });
});
