/** Requests as Okta and Entra ID document them, and as no directory should send them, against the people of a tenant. */
import { describe, expect, it } from 'vitest';
import { directoryBudget } from '../../../../functions/platform/provision-people/directory-budget.ts';
import { makeHandler } from '../../../../functions/platform/provision-people/handler.ts';
import { memoryPeople } from '../../../fakes/people.ts';
import { memoryQuotas } from '../../../fakes/platform.ts';
import { recordedTelemetry } from '../../../fakes/shared.ts';
import { httpEvent } from '../../../fixtures/http-events.ts';
import { keyCaller } from '../../../fixtures/identities.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const ADA = {
  ...{ userName: 'ada@example.com', displayName: 'Ada', externalId: 'a-1', active: true },
  name: { givenName: 'Ada', familyName: 'Byron' },
  emails: [{ value: 'ada@example.com', type: 'work', primary: true }],
};

const setup = async () => {
  const pool = memoryPeople();
  const log = recordedTelemetry();
  const shared = { quotas: memoryQuotas(), telemetry: log.telemetry, now: () => 0 };
  const handler = makeHandler({
    authenticate: async () => keyCaller('acme', 'directory', ['provision']),
    ...{ ...shared, budget: directoryBudget(shared), directories: {} },
    ...{ people: pool.directory, groups: pool.roleGroups },
  });
  const send = async (method: string, address: string, body?: unknown, headers = {}) => {
    const [path = '', query = ''] = address.split('?');
    const reply = await handler(
      httpEvent(method, `/v1/scim/v2${path}`, {
        query,
        headers: { 'content-type': 'application/scim+json', ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    );
    return { status: reply.statusCode, body: JSON.parse(reply.body || '{}') };
  };
  const { body: ada } = await send('POST', '/Users', ADA);
  const { body: bob } = await send('POST', '/Users', { userName: 'bob@example.com' });
  await send('POST', '/Groups', {
    displayName: 'forestall-viewer',
    members: [{ value: ada.id }, { value: bob.id }],
  });
  const patch = (...Operations: readonly object[]) => send('PATCH', `/Users/${ada.id}`, { Operations });
  const state = () =>
    JSON.stringify([
      [...pool.people],
      [...pool.groups],
      [...pool.members].map(([key, ids]) => [key, [...ids]]),
    ]);
  return { send, patch, ada, bob, state, log };
};

describe('operations of Entra ID on a user', () => {
  it.each([
    [
      { op: 'Add', path: 'emails[type eq "work"].value', value: 'new@example.com' },
      { emails: [{ value: 'new@example.com' }] },
    ],
    [
      { op: 'Replace', path: 'emails[primary eq true].value', value: 'new@example.com' },
      { emails: [{ value: 'new@example.com' }] },
    ],
    [
      { op: 'Replace', path: 'emails[type eq "Work"].value', value: 'new@example.com' },
      { emails: [{ value: 'new@example.com' }] },
    ],
    [
      { op: 'Add', path: 'emails[type eq "home"].value', value: 'private@example.com' },
      { emails: ADA.emails },
    ],
    [
      { op: 'Add', path: 'emails[type eq "mobile"].value', value: 'private@example.com' },
      { emails: ADA.emails },
    ],
    [{ op: 'Remove', path: 'emails[type eq "home"]' }, { emails: ADA.emails }],
    [
      { op: 'add', path: 'emails', value: [{ type: 'work', primary: 'True', value: 'new@example.com' }] },
      { emails: [{ value: 'new@example.com' }] },
    ],
    [
      { op: 'Replace', path: 'name.familyName', value: 'King' },
      { name: { givenName: 'Ada', familyName: 'King' } },
    ],
    [
      { op: 'Add', value: { displayName: 'Ada King', [`${ENTERPRISE}:department`]: 'Maths' } },
      { displayName: 'Ada King' },
    ],
    [{ op: 'Add', path: `${ENTERPRISE}:manager`, value: { $ref: null, value: 'x' } }, { displayName: 'Ada' }],
    [
      { op: 'Replace', path: 'roles[primary eq "True"].value', value: 'admin' },
      { groups: [{ value: 'viewer' }] },
    ],
    [{ op: 'Replace', path: 'active', value: 'False' }, { active: false }],
    [{ op: 'replace', value: { active: 'false' } }, { active: false }],
  ])('%j', async (operation, shows) => {
    const { patch } = await setup();
    const answer = await patch(operation);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject(shows);
  });

  it.each([
    [{ op: 'Remove', path: 'emails[type eq "work"].value' }],
    [{ op: 'Replace', path: 'emails', value: [] }],
    [{ op: 'Replace', path: 'emails', value: null }],
  ])('that remove the address: %j', async (operation) => {
    const { patch } = await setup();
    expect((await patch(operation)).body).not.toHaveProperty('emails');
  });
});

describe('operations on a group', () => {
  const members = async (operation: (ids: { ada: string; bob: string }) => object) => {
    const { send, ada, bob } = await setup();
    const ids = { ada: ada.id, bob: bob.id };
    const answer = await send('PATCH', '/Groups/viewer', { Operations: [operation(ids)] });
    const names: Record<string, string> = { [ada.id]: 'ada', [bob.id]: 'bob' };
    const found = (answer.body.members ?? []).map(({ value }: { value: string }) => names[value]);
    return [answer.status, ...found];
  };

  it('replace all members by Okta', async () => {
    expect(await members(({ bob }) => ({ op: 'replace', path: 'members', value: [{ value: bob }] }))).toEqual(
      [200, 'bob'],
    );
    expect(await members(() => ({ op: 'replace', path: 'members', value: [] }))).toEqual([200]);
  });

  it('remove only whom they name', async () => {
    expect(await members(({ ada }) => ({ op: 'remove', path: `members[value eq "${ada}"]` }))).toEqual([
      200,
      'bob',
    ]);
    expect(
      await members(({ ada }) => ({ op: 'Remove', path: 'members', value: [{ $ref: null, value: ada }] })),
    ).toEqual([200, 'bob']);
    expect(await members(() => ({ op: 'Remove', path: 'members', value: [] }))).toEqual([200, 'ada', 'bob']);
    expect(
      await members(() => ({ op: 'remove', path: 'members[value eq "000000000000000000000000"]' })),
    ).toEqual([200, 'ada', 'bob']);
    expect(
      await members(({ ada, bob }) => ({
        op: 'remove',
        path: `members[value eq "${ada}" and value eq "${bob}"]`,
      })),
    ).toEqual([400]);
  });
});

describe('lists', () => {
  const find = async (query: string) => {
    const { send } = await setup();
    const { status, body } = await send('GET', `/Users?${query}`);
    return { status, total: body.totalResults, shown: body.itemsPerPage, type: body.scimType };
  };

  it.each([
    ['startIndex=2&count=1', { status: 200, total: 2, shown: 1 }],
    ['startIndex=0&count=-5', { status: 200, total: 2, shown: 0 }],
    ['startIndex=99999999999', { status: 200, total: 2, shown: 0 }],
    ['count=1000000', { status: 200, total: 2, shown: 2 }],
    ['count=1e2&sortBy=userName&sortOrder=descending', { status: 200, total: 2, shown: 2 }],
    ['startIndex=x', { status: 400, type: 'invalidValue' }],
    ['count=1.5', { status: 400, type: 'invalidValue' }],
  ])('are paged: %s', async (query, expected) => {
    expect(await find(query)).toMatchObject(expected);
  });

  it.each([
    ['userName eq "ADA@example.com"', { status: 200, total: 1 }],
    ['userName eq "ada@example.com" and active eq true', { status: 200, total: 1 }],
    ['userName eq "ada@example.com\\" or \\"1"', { status: 200, total: 0 }],
    ['userName eq "\\u0061da@example.com"', { status: 200, total: 1 }],
    ['userName eq ""', { status: 200, total: 0 }],
    [`userName eq "${'x'.repeat(900)}"`, { status: 200, total: 0 }],
    ['emails[type eq "work"].value eq "ada@example.com"', { status: 200, total: 1 }],
    ['userName eq "x" or userName eq "ada@example.com"', { status: 400, type: 'invalidFilter' }],
    ['userName eq "x" or active eq true', { status: 400, type: 'invalidFilter' }],
    ['not (userName eq "x")', { status: 400, type: 'invalidFilter' }],
    ['userName sw "a"', { status: 400, type: 'invalidFilter' }],
    ['userName pr', { status: 400, type: 'invalidFilter' }],
    ['userName eq "unclosed', { status: 400, type: 'invalidFilter' }],
    ['password eq "x"', { status: 400, type: 'invalidFilter' }],
    ['__proto__ eq "x"', { status: 400, type: 'invalidFilter' }],
    ['userName eq 1', { status: 400, type: 'invalidFilter' }],
    [`${'userName eq "x" and '.repeat(5)}userName eq "x"`, { status: 400, type: 'invalidFilter' }],
    [`userName eq "${'x'.repeat(2000)}"`, { status: 400, type: 'invalidValue' }],
  ])('are filtered: %s', async (filter, expected) => {
    expect(await find(`filter=${encodeURIComponent(filter)}`)).toMatchObject(expected);
  });
});

describe('a request that no directory should send changes nothing', () => {
  it.each([
    ['a long name', { op: 'replace', path: 'displayName', value: 'x'.repeat(257) }],
    ['a long user name', { op: 'replace', path: 'userName', value: 'x'.repeat(257) }],
    ['an empty user name', { op: 'replace', path: 'userName', value: ' ' }],
    ['the user name of another', { op: 'replace', path: 'userName', value: 'BOB@example.com' }],
    ['an object as name', { op: 'replace', path: 'displayName', value: { $ne: null } }],
    ['a line break', { op: 'replace', path: 'displayName', value: 'a\nb' }],
    ['a number as state', { op: 'replace', path: 'active', value: 0 }],
    ['no state', { op: 'replace', path: 'active', value: null }],
    ['the groups of a user', { op: 'add', path: 'groups', value: [{ value: 'admin' }] }],
    ['an id', { op: 'replace', path: 'id', value: 'x' }],
    ['a prototype', { op: 'replace', path: '__proto__', value: { active: false } }],
    [
      'an address chosen otherwise',
      { op: 'replace', path: 'emails[type ne "home"].value', value: 'x@example.com' },
    ],
    ['a path that never ends', { op: 'replace', path: `emails[${'('.repeat(900)}`, value: 'x' }],
    ['an address that is none', { op: 'add', path: 'emails[type eq "work"].value', value: 'x@' }],
  ])('%s', async (_, operation) => {
    const { patch, state } = await setup();
    const before = state();
    const { status } = await patch({ op: 'replace', path: 'displayName', value: 'Changed' }, operation);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(state()).toBe(before);
  });

  it.each([
    [
      'too many operations',
      { Operations: Array.from({ length: 1001 }, () => ({ op: 'add', value: {} })) },
      400,
    ],
    ['other JSON', [1], 400],
    ['text', '{"Operations":', 400],
    ['a deep body', `${'['.repeat(5000)}${']'.repeat(5000)}`, 422],
    [
      'a body of a megabyte',
      { Operations: [{ op: 'add', path: 'title', value: 'x'.repeat(1_000_000) }] },
      413,
    ],
  ])('%s', async (_, body, expected) => {
    const { send, ada, state } = await setup();
    const before = state();
    expect((await send('PATCH', `/Users/${ada.id}`, body)).status).toBe(expected);
    expect(state()).toBe(before);
  });

  it.each(['../Users', '..%2f..%2fapi-keys', 'acme.viewer', 'globex.admin', '__proto__', 'a'.repeat(2000)])(
    'the id %s',
    async (id) => {
      const { send, state } = await setup();
      const before = state();
      for (const kind of ['Users', 'Groups'])
        for (const method of ['GET', 'DELETE']) {
          const { status } = await send(method, `/${kind}/${id}`);
          expect([400, 404, 405]).toContain(status);
        }
      expect(state()).toBe(before);
    },
  );

  it('a condition of a version, because versions are not supported', async () => {
    const { send, ada } = await setup();
    expect((await send('GET', '/ServiceProviderConfig')).body.etag).toEqual({ supported: false });
    const renamed = { ...ADA, displayName: 'Ada King' };
    const answer = await send('PUT', `/Users/${ada.id}`, renamed, { 'if-match': 'W/"x"' });
    expect(answer).toMatchObject({ status: 200, body: { displayName: 'Ada King' } });
    expect(answer.body.meta).not.toHaveProperty('version');
  });

  it('personal data never reaches the log', async () => {
    const { send, patch, log } = await setup();
    await patch({ op: 'replace', path: 'displayName', value: 'x'.repeat(300) });
    await send('POST', '/Users', { ...ADA, password: 'hunter2-hunter2', emails: 'ada@' });
    expect(JSON.stringify(log.lines)).not.toMatch(/ada@|hunter2|xxx/);
  });
});
