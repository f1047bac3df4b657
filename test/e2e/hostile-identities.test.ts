/**
 * Hostile requests that concern identities: each is refused in time with the expected problem, shows nothing of another
 * tenant, and leaves neither a credential nor a control character in the logs. A new request is one line in a table of
 * `hostile/identities/`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ApiClient } from '../../cli/api-client/api-client.ts';
import { ERROR_SCHEMA } from '../../core/platform/api/scim-error.ts';
import { webhookSecret } from '../../core/platform/secrets/webhook-signature.ts';
import { loggedSince, withControls } from './function-logs.ts';
import { askWithin, MAX_MS, slowestOf, type TimedRequest } from './hostile/answer-time.ts';
import { GOOD_BODIES, isScim, withBody } from './hostile/identities/bodies.ts';
import { IGNORED } from './hostile/identities/headers.ts';
import { type Held, makeHeld, OURS, THEIRS } from './hostile/identities/held.ts';
import { credentialsIn } from './hostile/identities/logs.ts';
import { cursorOf, LIST_PATHS } from './hostile/identities/other-tenants.ts';
import { type Row, type Sent, type SentBytes, withBearer } from './hostile/identities/row.ts';
import { TABLES } from './hostile/identities/tables.ts';
import { goodWebhooks } from './hostile/identities/webhooks.ts';
import { type Answer, send } from './hostile/identities/wire.ts';
import { leakedIn, partsOf } from './leaked-credentials.ts';
import { useSession } from './pipeline-client.ts';

const session = inject('session');
const MIN_REQUESTS = 150;
const MAX_ANSWER = 100_000;

let held: Held;
let began = 0;
const sentCredentials = new Set<string>();
const times: TimedRequest[] = [];

const ask = async (name: string, sent: Sent | SentBytes): Promise<Answer> => {
  for (const credential of credentialsIn(sent)) sentCredentials.add(credential);
  const { answer, milliseconds } = await askWithin(MAX_MS, () => send(session, sent));
  times.push({ name, milliseconds });
  return answer;
};

/** Parts of the view of a tenant that change with time and use. */
const CHANGING = { lagSeconds: 0, lastUsedAt: '' };

const theirView = async () => {
  const client = new ApiClient({ url: session.url, apiKey: held.theirKey });
  const view: unknown[] = [await client.settings(), await client.topology()];
  for (const list of [client.targets(), client.changes({}), client.runs(), client.apiKeys()])
    for await (const item of list) view.push({ ...item, ...CHANGING });
  return view;
};
let theirsBefore: readonly unknown[];

beforeAll(async () => {
  useSession(session);
  held = await makeHeld(session);
  theirsBefore = await theirView();
  began = Date.now();
});

afterAll(() => {
  console.log(`${times.length} hostile requests; slowest: ${slowestOf(times)}`);
});

describe('the tables', () => {
  const rows = Object.entries(TABLES).flatMap(([table, own]) => own.map(([name]) => `${table}: ${name}`));

  it(`hold at least ${MIN_REQUESTS} requests, none twice`, () => {
    expect(rows.length).toBeGreaterThanOrEqual(MIN_REQUESTS);
    expect(rows.filter((row, at) => rows.indexOf(row) !== at)).toEqual([]);
  });

  it('know a good body of each operation that takes one', () => {
    const strict = withBody.filter(([, { path }]) => !isScim(path));
    expect(new Set(Object.keys(GOOD_BODIES))).toEqual(new Set(strict.map(([id]) => id)));
  });
});

describe('the time of an answer', () => {
  const delayed = (...delays: number[]) => {
    const left = [...delays];
    return async () => {
      const delay = left.shift() ?? delays.at(-1);
      await sleep(delay);
      return delay;
    };
  };

  it('fails a planted request that is slow each time', async () => {
    await expect(askWithin(20, delayed(60))).rejects.toThrow('each of 3 attempts took longer than 20 ms');
  });

  it('does not fail a request that is slow once, and its first answer counts', async () => {
    expect(await askWithin(500, delayed(600, 0))).toMatchObject({ answer: 600 });
  });
});

describe('what the requests are made of', () => {
  it.each([
    ['a key', () => held.key],
    ['a token of a person', () => held.viewer],
    ['a token that the API issued', () => held.token],
  ])('%s is good by itself', async (_, credential) => {
    expect((await send(session, withBearer(credential()))).status).toBe(200);
  });

  it.each(LIST_PATHS)('a cursor of our own list %s is good by itself', async (path) => {
    const answer = await send(session, withBearer(held.key, `${path}?cursor=${cursorOf(path, OURS)}`));
    expect([answer.status, answer.text]).toEqual([200, expect.stringMatching(/^\{"items"/)]);
  });

  it('webhooks of both schemes are good by themselves, and a replay has no further effect', async () => {
    const [standard, slack] = goodWebhooks(held);
    for (const sent of [standard, slack]) {
      const [first, again] = [await send(session, sent!), await send(session, sent!)];
      expect([first.status, again.status, again.text]).toEqual([202, 202, first.text]);
    }
  });
});

/** SCIM has error documents of its own, with the same statuses. */
const checkScim = ({ text }: Answer, wanted: string | undefined): void => {
  expect(JSON.parse(text)).toMatchObject({ schemas: [ERROR_SCHEMA], status: wanted });
};

const checkProblem = (answer: Answer, expected: string): void => {
  const { status, headers, text } = answer;
  const [wanted, code] = expected.split(' ');
  expect(`${status} ${text.slice(0, 300)}`).toMatch(new RegExp(`^${wanted} `));
  if (code === 'gateway') return;
  expect(headers['x-request-id']).toMatch(/^\S+$/);
  if (headers['content-type'] === 'application/scim+json') {
    checkScim(answer, wanted);
    return;
  }
  expect(JSON.parse(text)).toMatchObject({
    ...{ type: `https://forestall.dev/problems/${code}`, status: Number(wanted), code },
  });
  expect(headers['content-type']).toBe('application/problem+json');
};

const showsNothingOfTheirs = ({ text }: Answer): void => {
  const { targetId, changeId, runId, keyId } = held.theirs;
  // Ids that the request itself names are repeated by problems.
  const secrets = [held.theirKey, webhookSecret(held.ring.current, THEIRS), '"cpu_percent"'];
  for (const secret of secrets) expect(text).not.toContain(secret);
  if (/^\{"items"/.test(text))
    for (const id of [targetId, changeId, runId, keyId]) expect(text).not.toContain(id);
};

describe.each(Object.entries(TABLES))('%s', (table, rows) => {
  it.each(rows as Row[])('%s: %s', async (name, expected, request) => {
    const answer = await ask(`${table}: ${name}`, request(held));
    checkProblem(answer, expected);
    showsNothingOfTheirs(answer);
    expect(answer.text.length).toBeLessThan(MAX_ANSWER);
  });
});

describe('headers that claim another tenant or address', () => {
  it.each(IGNORED)('%s changes nothing for a key', async (name, value) => {
    const path = '/v1/api-keys';
    const plain = await send(session, withBearer(held.key, path));
    const claimed = await ask(name, withBearer(held.key, path, { headers: [[name, value]] }));
    expect([claimed.status, claimed.text]).toEqual([200, plain.text]);
    expect(claimed.text).not.toContain(held.theirs.keyId);
  });
});

describe('after all requests', () => {
  it('nothing of the other tenant changed', async () => {
    expect(await theirView()).toEqual(theirsBefore);
  });

  it('the logs hold no credential and no control character', async () => {
    await sleep(1_000);
    const lines = await loggedSince(began);
    const credentials = [
      ...sentCredentials,
      ...[held.key, held.theirKey, held.token, held.viewer, held.ring.current.key],
      ...[webhookSecret(held.ring.current, OURS), webhookSecret(held.ring.current, THEIRS)],
    ];
    expect(credentials.length).toBeGreaterThan(100);
    expect(lines.some((line) => line.includes('Request forbidden'))).toBe(true);
    const parts = partsOf(credentials);
    expect(leakedIn(lines.join('\n'), parts)).toEqual([]);
    expect(withControls(lines)).toEqual([]);
    expect(leakedIn(`{"key":"${held.key.slice(0, -3)}…"}`, parts)).not.toEqual([]);
    expect(withControls(['a\u001b[2J', 'b\u202e', 'good\n'])).toHaveLength(2);
  });
});
