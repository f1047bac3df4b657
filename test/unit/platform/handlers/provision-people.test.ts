import { describe, expect, it } from 'vitest';
import type { QuotaName } from '../../../../core/platform/api/quotas.ts';
import type { TenantDirectories } from '../../../../core/platform/api/tenant-directories.ts';
import { directoryBudget } from '../../../../functions/platform/provision-people/directory-budget.ts';
import { makeHandler } from '../../../../functions/platform/provision-people/handler.ts';
import { memoryPeople } from '../../../fakes/people.ts';
import { memoryQuotas } from '../../../fakes/platform.ts';
import { recordedTelemetry } from '../../../fakes/shared.ts';
import { httpEvent } from '../../../fixtures/http-events.ts';
import { keyCaller } from '../../../fixtures/identities.ts';
import { CONFORMANCE, withIds } from '../../../fixtures/scim-conformance.ts';

const setup = (
  directories: TenantDirectories = {},
  left: Partial<Record<QuotaName, number>> = {},
  pool = memoryPeople(),
) => {
  const log = recordedTelemetry();
  const shared = { quotas: memoryQuotas(left), telemetry: log.telemetry, now: () => 0 };
  const as = (tenantId: string) => {
    const handler = makeHandler({
      authenticate: async () => keyCaller(tenantId, 'okta', ['provision']),
      ...{ ...shared, directories, budget: directoryBudget(shared) },
      ...{ people: pool.directory, groups: pool.roleGroups },
    });
    return async (method: string, address: string, body?: object) => {
      const [path = '', query = ''] = address.split('?');
      const text = body === undefined ? {} : { body: JSON.stringify(body) };
      const headers = { 'content-type': 'application/scim+json; charset=utf-8' };
      const reply = await handler(httpEvent(method, `/v1/scim/v2${path}`, { query, headers, ...text }));
      return { status: reply.statusCode, headers: reply.headers, body: JSON.parse(reply.body || '{}') };
    };
  };
  return { send: as('acme'), as, pool, log };
};

const GUIDE = { userName: 'ada@example.com', emails: [{ value: 'ada@example.com' }], active: true };

describe.each(Object.entries(CONFORMANCE))('%s', (_, steps) => {
  it('provisions people and groups', async () => {
    const { send } = setup();
    const saved: Record<string, string> = {};
    for (const step of steps) {
      const { does, method, path, body, status, shows = {}, saves } = step;
      const sent = body && withIds(body, saved);
      const address = withIds(path.replaceAll('%7B', '{').replaceAll('%7D', '}'), saved);
      const reply = await send(method, address, sent);
      expect([does, reply.status, reply.body]).toMatchObject([does, status, withIds(shows, saved)]);
      if (status !== 204) expect(reply.headers['content-type']).toBe('application/scim+json');
      if (saves !== undefined) saved[saves] = reply.body.id;
    }
  });
});

describe('a tenant', () => {
  it('reaches no one of another tenant', async () => {
    const { as, pool } = setup();
    const [acme, globex] = [as('acme'), as('globex')];
    const { body: theirs } = await globex('POST', '/Users', GUIDE);
    await globex('POST', '/Groups', { displayName: 'forestall-viewer', members: [{ value: theirs.id }] });
    const before = JSON.stringify([[...pool.people], [...pool.groups], [...pool.members.keys()]]);
    const patch = { Operations: [{ op: 'replace', path: 'active', value: false }] };
    for (const [method, body] of [
      ['GET', undefined],
      ['PUT', GUIDE],
      ['PATCH', patch],
      ['DELETE', undefined],
    ] as const) {
      const answer = await acme(method, `/Users/${theirs.id}`, body);
      const unknown = await acme(method, '/Users/000000000000000000000000', body);
      expect(answer).toEqual(unknown);
      expect(answer.status).toBe(404);
      const group = body === GUIDE ? { displayName: 'forestall-viewer' } : body;
      expect((await acme(method, '/Groups/viewer', group)).status).toBe(404);
    }
    expect((await acme('GET', '/Users')).body.totalResults).toBe(0);
    expect((await acme('GET', '/Groups')).body.totalResults).toBe(0);
    expect(JSON.stringify([[...pool.people], [...pool.groups], [...pool.members.keys()]])).toBe(before);
    await acme('POST', '/Groups', { displayName: 'forestall-admin' });
    const steal = { Operations: [{ op: 'add', path: 'members', value: [{ value: theirs.id }] }] };
    expect((await acme('PATCH', '/Groups/admin', steal)).status).toBe(400);
    expect((await acme('POST', '/Users', GUIDE)).body.id).not.toBe(theirs.id);
  });

  it('gives only the roles that its stage names', async () => {
    const groups = { viewer: 'SRE readers' };
    const { send } = setup({ acme: { provider: 'Okta', subject: 'userName', groups } });
    expect((await send('POST', '/Groups', { displayName: 'forestall-admin' })).status).toBe(400);
    expect((await send('POST', '/Groups', { displayName: 'sre readers' })).body.id).toBe('viewer');
    expect((await send('GET', '/Groups/admin')).status).toBe(404);
  });
});

describe('a change of more members than the quota has left', () => {
  it('is refused with the time to wait, and changes nothing', async () => {
    const { send, pool, log } = setup({}, { directoryRequestsPerMinute: 3 });
    const add = async (userName: string) => (await send('POST', '/Users', { userName })).body.id;
    const ids = [await add('ada'), await add('bob')];
    const members = ids.map((value) => ({ value }));
    await send('POST', '/Groups', { displayName: 'forestall-viewer', members });
    const both = { Operations: [{ op: 'remove', path: 'members' }] };
    const refused = await send('PATCH', '/Groups/viewer', both);
    expect(refused).toMatchObject({ status: 429, headers: { 'retry-after': '60' }, body: { status: '429' } });
    expect(pool.members.get('acme.viewer')?.size).toBe(2);
    expect(log.lines).toContainEqual(expect.objectContaining({ message: 'Request over quota' }));
    const one = { Operations: [{ op: 'remove', path: `members[value eq "${ids[0]}"]` }] };
    expect((await send('PATCH', '/Groups/viewer', one)).body.members).toHaveLength(1);
    const none = { Operations: [{ op: 'add', path: 'members', value: [{ value: ids[1] }] }] };
    expect((await send('PATCH', '/Groups/viewer', none)).status).toBe(200);
  });
});

describe('the budget of a tenant', () => {
  it('draws one unit of the day for each person who is invited, and refuses the next', async () => {
    const log = recordedTelemetry();
    const quotas = memoryQuotas({ invitationsPerDay: 1 });
    const budget = directoryBudget({ quotas, telemetry: log.telemetry, now: () => 3_600_000 });
    for (let i = 0; i < 3; i++) await budget.invitation('acme', 'ada');
    await expect(budget.invitation('acme', 'bob')).rejects.toMatchObject({
      code: 'quota-exceeded',
      message: expect.stringContaining('invitations of this day (UTC) are used up: retry in 82800 s'),
    });
  });
});

describe('what is kept', () => {
  it('of a group is the id that the directory gives it, and its members', async () => {
    const { send } = setup();
    const { body: user } = await send('POST', '/Users', GUIDE);
    const members = [{ value: user.id }];
    await send('POST', '/Groups', { displayName: 'forestall-viewer', externalId: 'one', members });
    const renamed = { Operations: [{ op: 'Replace', path: 'externalId', value: 'two' }] };
    expect((await send('PATCH', '/Groups/viewer', renamed)).body).toMatchObject({
      ...{ externalId: 'two', members },
    });
  });

  it('of a new group with an unknown member is nothing, so that the group can be added again', async () => {
    const { send } = setup();
    const { body: user } = await send('POST', '/Users', GUIDE);
    const members = [{ value: user.id }];
    const unknown = [...members, { value: '0'.repeat(24) }];
    const group = { displayName: 'forestall-viewer' };
    expect((await send('POST', '/Groups', { ...group, members: unknown })).status).toBe(400);
    expect((await send('GET', '/Groups/viewer')).status).toBe(404);
    expect((await send('POST', '/Groups', { ...group, members })).status).toBe(201);
  });

  it('ends the sessions of who is deactivated or deleted', async () => {
    const { send, pool } = setup();
    const { body } = await send('POST', '/Users', GUIDE);
    await send('PATCH', `/Users/${body.id}`, { Operations: [{ op: 'Replace', value: { active: 'false' } }] });
    expect(pool.signedOut).toEqual([body.id]);
    await send('DELETE', `/Users/${body.id}`);
    expect(pool.signedOut).toEqual([body.id, body.id]);
  });

  it('is logged without personal data', async () => {
    const { send, log } = setup();
    const { body } = await send('POST', '/Users', { ...GUIDE, password: 'hunter2-hunter2' });
    await send('PATCH', `/Users/${body.id}`, {
      Operations: [{ op: 'add', path: 'displayName', value: 'Ada L' }],
    });
    await send('POST', '/Users', GUIDE);
    expect(log.lines.map(({ message }) => message)).toEqual(['Person added', 'Person changed']);
    expect(log.lines[1]?.fields).toMatchObject({ tenantId: 'acme', changed: ['displayName'] });
    expect(JSON.stringify(log.lines)).not.toMatch(/ada|hunter2/i);
  });

  it('is changed only where it differs', async () => {
    const { send, log } = setup();
    const { body } = await send('POST', '/Users', GUIDE);
    await send('PUT', `/Users/${body.id}`, GUIDE);
    expect(log.lines).toHaveLength(1);
  });
});

describe('a request that is not SCIM', () => {
  it('is answered in SCIM', async () => {
    const { send } = setup();
    const { headers, body } = await send('PUT', '/Users', GUIDE);
    expect(headers).toMatchObject({ 'content-type': 'application/scim+json', allow: 'GET, POST' });
    expect(body).toMatchObject({ status: '405', detail: expect.stringContaining('allows GET, POST') });
    expect(body).not.toHaveProperty('scimType');
  });

  it.each([
    [{ Operations: [] }],
    [{ Operations: [{ op: 'replace', value: 'text' }] }],
    [{ Operations: [{ op: 'replace', path: 'active', value: 'maybe' }] }],
    [{ Operations: [{ op: 'replace', path: 'userName', value: null }] }],
    [{ Operations: [{ op: 'replace', path: 'displayName', value: 'a\u202eb' }] }],
    [{ Operations: [{ op: 'replace', path: `a${'.b'.repeat(300)}`, value: 1 }] }],
  ])('is refused: %j', async (patch) => {
    const { send, pool } = setup();
    const { body } = await send('POST', '/Users', GUIDE);
    const before = JSON.stringify([...pool.people]);
    expect((await send('PATCH', `/Users/${body.id}`, patch)).status).toBe(400);
    expect(JSON.stringify([...pool.people])).toBe(before);
  });

  it.each([
    ['members', { Operations: [{ op: 'add', path: 'members', value: [{ value: 7 }] }] }],
    [
      'more members than a request may change',
      {
        Operations: [
          {
            op: 'add',
            path: 'members',
            value: Array.from({ length: 501 }, (_, n) => ({ value: String(n) })),
          },
        ],
      },
    ],
    ['a name', { Operations: [{ op: 'remove', path: 'displayName' }] }],
    ['no path', { Operations: [{ op: 'remove' }] }],
    ['another choice of members', { Operations: [{ op: 'remove', path: 'members[display eq "x"]' }] }],
  ])('is refused for a group: %s', async (_, patch) => {
    const { send } = setup();
    await send('POST', '/Groups', { displayName: 'forestall-viewer' });
    expect((await send('PATCH', '/Groups/viewer', patch)).status).toBe(400);
  });
});
