/**
 * Each operation of the API with the identity of one tenant and the ids, cursors and Idempotency-Keys of another: the
 * answer is the same as for an id that nobody has, and nothing of the other tenant changes.
 */
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { cursorOf, LIST_PATHS } from './hostile/identities/other-tenants.ts';
import {
  type Ids,
  namingBodies,
  namingQueries,
  operations,
  PATH_BODIES,
  PATH_QUERIES,
  takesBody,
  unknownBodies,
  unknownParameters,
  withIds,
} from './isolation/ids-in-requests.ts';
import {
  type Ask,
  asker,
  differences,
  makeTheirs,
  OURS,
  settledItems,
  strange,
  TARGET,
  THEIRS,
  theirItems,
  USER_NAME,
} from './isolation/tenants.ts';
import { signIn } from './people.ts';
import { drained, newKey, useSession } from './pipeline-client.ts';

const session = inject('session');

let ask: Ask;
/** As a person with roles in both tenants, who names ours. */
let askAsPerson: Ask;
/** The same person, who names theirs. */
let askTheirs: Ask;
let ids: Readonly<Record<string, string>>;

beforeAll(async () => {
  useSession(session);
  ask = asker(session, await newKey(session, OURS));
  ids = await makeTheirs(session);
  const { AccessToken } = await signIn(session, 'e2e-in-two-tenants', [`${OURS}.admin`, `${THEIRS}.viewer`]);
  askAsPerson = asker(session, AccessToken, { 'forestall-tenant': OURS });
  askTheirs = asker(session, AccessToken, { 'forestall-tenant': THEIRS });
  await ask('post', '/v1/scim/v2/Groups', { displayName: 'forestall-operator', members: [] });
});

/** A text with each id of theirs replaced by the strange one. */
const withStrange = (text: string, names: readonly string[]): string =>
  names.reduce((all, name) => all.replaceAll(ids[name] ?? '', strange(name, ids[name] ?? '')), text);

describe('an operation with the id of another tenant in its path', () => {
  const answers = async (by: Ask, id: string, method: string, path: string) => {
    const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
    for (const name of names) expect([name, typeof ids[name]]).toEqual([name, 'string']);
    const send = (idOf: (name: string) => string) => {
      const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(idOf(name)));
      return by(method, filled + (PATH_QUERIES[id] ?? ''), PATH_BODIES[id]);
    };
    const theirs = await send((name) => ids[name] ?? '');
    const missing = await send((name) => strange(name, ids[name] ?? ''));
    return { theirs: { ...theirs, text: withStrange(theirs.text, names) }, missing };
  };

  it.each(withIds)('%s answers as for an id that does not exist', async (id, { method, path }) => {
    const before = await theirItems(session);
    const { theirs, missing } = await answers(ask, id, method, path);
    expect(theirs).toEqual(missing);
    expect(theirs.status).toBeGreaterThanOrEqual(400);
    expect(differences(before, await theirItems(session))).toEqual([]);
  });

  it('is answered in the same way to a person with a role in both tenants', async () => {
    const before = await theirItems(session);
    for (const [id, { method, path }] of withIds) {
      const { theirs, missing } = await answers(askAsPerson, id, method, path);
      expect([id, theirs]).toEqual([id, missing]);
      expect(theirs.status).toBeGreaterThanOrEqual(400);
    }
    expect(differences(before, await theirItems(session))).toEqual([]);
  });
});

it('the performance of models is answered to the tenant whose forecasts were scored', async () => {
  const { status, text } = await asker(session, session.apiKey)('get', '/v1/models/ensemble/performance');
  expect([status, JSON.parse(text).items?.length]).toEqual([200, 1]);
});

describe('a person with roles in two tenants', () => {
  it('reads what belongs to the tenant that they name', async () => {
    const path = `/v1/targets/${TARGET}/series?metric=cpu_percent`;
    expect((await askTheirs('get', path)).status).toBe(200);
    expect((await askAsPerson('get', path)).status).toBe(404);
  });

  it('has in each tenant the role in that tenant only', async () => {
    const before = await settledItems(session);
    const changing = operations.filter(([, { needs }]) => needs !== 'read' && needs !== 'none');
    for (const [id, operation] of changing) {
      const { method, path } = operation;
      const body = takesBody(operation) ? (PATH_BODIES[id] ?? {}) : undefined;
      const { status } = await askTheirs(method, path.replaceAll(/\{\w+\}/g, 'x'), body);
      // Directories and senders of metrics have keys: a person is nobody to them.
      expect([id, [401, 403].includes(status)]).toEqual([id, true]);
    }
    expect(differences(before, await theirItems(session))).toEqual([]);
    expect((await askAsPerson('get', '/v1/api-keys')).status).toBe(200);
  });
});

const idsOf = (name: (id: string) => string): Ids => ({
  target: name('targetId'),
  person: name('id'),
  userName: name('userName'),
  remediation: name('remediationId'),
});
const theirIds = (): Ids => idsOf((name) => ({ ...ids, userName: USER_NAME })[name] ?? '');
const strangeIds = (): Ids => {
  const { target, person, userName, remediation } = theirIds();
  return {
    ...{ target: strange('target', target), person: strange('id', person), userName: `q${userName}` },
    remediation: strange('remediationId', remediation),
  };
};

/** An answer without what the request named, and without ids and times that are made for each request. */
const comparable = (text: string, { target, person, userName, remediation }: Ids): string =>
  [target, person, userName, remediation]
    .reduce((all, id) => all.replaceAll(id, '<named>'), text.replaceAll(/[0-9a-f]{64}/g, '<made>'))
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{14,}/g, '<made>')
    .replaceAll(/"version":\d+/g, '"version":<n>');

describe('a request that names something of another tenant in its query', () => {
  it('may use only parameters that are known to name something or not to', () => {
    expect(unknownParameters).toEqual([]);
    expect(namingQueries.length).toBeGreaterThan(5);
  });

  it.each(namingQueries)('$name answers as for a name that does not exist', async ({ pathOf }) => {
    const [theirs, missing] = [await ask('get', pathOf(theirIds())), await ask('get', pathOf(strangeIds()))];
    expect({ ...theirs, text: comparable(theirs.text, theirIds()) }).toEqual({
      ...missing,
      text: comparable(missing.text, strangeIds()),
    });
    expect(theirs.status).toBe(200);
  });

  it('is answered to its own tenant with what it names', async () => {
    const own = asker(session, session.apiKey);
    for (const { name, pathOf } of namingQueries) {
      // Nothing is predicted or unusual there.
      if (/Anomalies|Breaches/.test(name)) continue;
      const [theirs, missing] = [
        await own('get', pathOf(theirIds())),
        await own('get', pathOf(strangeIds())),
      ];
      expect([name, theirs.text.length > missing.text.length]).toEqual([name, true]);
    }
  });
});

/** Settings and policies state the version that they replace. */
const isVersioned = (body: unknown): body is object =>
  typeof body === 'object' && body !== null && 'version' in body && typeof body.version === 'number';

/** A run of forecasts that the schedule starts at five past each hour, or some time later on a busy machine. */
const SCHEDULED_RUN = / RUN#[\d-]+T\d\d-0[5-7]-/;

/**
 * Keys of their items that commands change. The schedule may start a run of forecasts meanwhile, which changes items of
 * its own: the commands are then sent once more.
 */
const changedOutsideSchedule = async (sendCommands: () => Promise<void>): Promise<string[]> => {
  const changedBy = async () => {
    await drained();
    const before = await settledItems(session);
    await sendCommands();
    await drained();
    return differences(before, await settledItems(session));
  };
  const changed = await changedBy();
  return changed.some((key) => SCHEDULED_RUN.test(key)) ? changedBy() : changed;
};

describe('a command that names something of another tenant in its body', () => {
  it('may be only one that is known to name something or not to', () => {
    expect(unknownBodies).toEqual([]);
  });

  it.each(namingBodies)('$id has the effect of a name that does not exist', async (command) => {
    const { method, path, headers, bodyOf, isAccepted, accumulates } = command;
    const send = async (named: Ids) => {
      const { version } = JSON.parse((await ask('get', '/v1/settings')).text);
      const body = bodyOf(named);
      const sent = isVersioned(body) ? { ...body, version } : body;
      return ask(method, path, sent, headers);
    };
    const changed = await changedOutsideSchedule(async () => {
      const [theirs, missing] = [await send(theirIds()), await send(strangeIds())];
      expect(theirs.status).toBe(missing.status);
      if (!accumulates)
        expect(comparable(theirs.text, theirIds())).toBe(comparable(missing.text, strangeIds()));
      if (isAccepted) expect(theirs.status).toBeLessThan(300);
    });
    expect(changed).toEqual([]);
  });
});

describe('a list', () => {
  it.each(LIST_PATHS)('%s shows nothing of another tenant', async (path) => {
    const { status, text } = await asker(session, await newKey(session, `${OURS}-empty`))('get', path);
    expect(status).toBe(200);
    const own = JSON.parse(text).items as readonly object[];
    // The only things that this tenant has are its keys.
    if (path !== '/v1/api-keys') expect(own).toEqual([]);
    for (const id of [ids.targetId, ids.runId, ids.incidentId, ids.keyId]) expect(text).not.toContain(id);
  });

  /** Lists of which the other tenant has several items. */
  const LONG = ['/v1/targets', '/v1/changes', '/v1/forecast-runs', '/v1/api-keys'];

  it.each(LIST_PATHS)('%s refuses a cursor of another tenant, which that tenant can use', async (path) => {
    const own = asker(session, session.apiKey);
    const { nextCursor } = JSON.parse((await own('get', `${path}?limit=1`)).text);
    if (LONG.includes(path)) expect([path, nextCursor]).toEqual([path, expect.any(String)]);
    const cursor = encodeURIComponent(nextCursor ?? cursorOf(path, THEIRS));
    expect([path, (await own('get', `${path}?cursor=${cursor}`)).status]).toEqual([path, 200]);
    const { status, text } = await ask('get', `${path}?cursor=${cursor}`);
    expect([path, status]).toEqual([path, 400]);
    expect(JSON.parse(text).errors).toMatchObject([{ field: 'cursor' }]);
  });
});

it('a command with the Idempotency-Key of another tenant is executed', async () => {
  const body = { target: 'ours', summary: 'ours', kind: 'configuration' };
  const headers = { 'idempotency-key': 'shared-key' };
  const own = asker(session, session.apiKey);
  expect((await own('post', '/v1/changes', { ...body, summary: 'theirs' }, headers)).status).toBe(202);
  const ours = await ask('post', '/v1/changes', body, headers);
  expect(ours.status).toBe(202);
  expect(ours.text).not.toContain('theirs');
});

it('a body that names another tenant changes nothing there', async () => {
  await drained();
  const before = await settledItems(session);
  const tenant = { tenant: THEIRS, tenantId: THEIRS };
  const statuses = [
    (await ask('post', '/v1/ingest/json', { ...tenant, points: [] })).status,
    (await ask('put', '/v1/settings', { ...tenant, version: 0 })).status,
    (await ask('post', '/v1/changes', { ...tenant, target: 'x', summary: 'x' })).status,
    (await ask('post', '/v1/api-keys', { ...tenant, name: 'x', scopes: ['read'] })).status,
    (await ask('put', '/v1/topology', { ...tenant, edges: [] })).status,
  ];
  expect(statuses).toEqual([403, 400, 400, 400, 400]);
  expect(differences(before, await theirItems(session))).toEqual([]);
});
