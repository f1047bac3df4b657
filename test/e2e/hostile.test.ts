/** Hostile requests against the deployment: no failure, no long or late answer, and other tenants unaffected. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ApiClient } from '../../cli/api-client/api-client.ts';
import { askWithin, MAX_HEAVY_MS, MAX_MS, slowestOf, type TimedRequest } from './hostile/answer-time.ts';
import type { Expected, HostileRequest } from './hostile/request.ts';
import { hostileRequests } from './hostile/requests.ts';
import { drained, newKey, newTenant, stored, useSession } from './pipeline-client.ts';

const session = inject('session');
const [HOSTILE, NEIGHBOUR] = ['e2e-hostile', 'e2e-neighbour'];
const MAX_ANSWER = 100_000;
const HEAVY = 'bodies that cost most';
const MIN_REQUESTS = 300;

const start = Math.floor(Date.now() / 1000) - 3_600;
const requests = hostileRequests(HOSTILE, 'web-1');
let key: string;
let neighbour: ApiClient;
let sent = 0;

const pointsOf = (target: string, metric: string) => ({
  format: 'json' as const,
  body: JSON.stringify({ points: [{ target, metric, timestamp: start + sent, value: sent }] }),
});

const ingestOfNeighbour = async (): Promise<void> => {
  expect(await neighbour.ingest(pointsOf('db-1', 'cpu'))).toMatchObject({ accepted: 1 });
  sent++;
};

beforeAll(async () => {
  useSession(session);
  neighbour = await newTenant(session, NEIGHBOUR);
  key = await newKey(session, HOSTILE);
  const hostile = new ApiClient({ url: session.url, apiKey: key });
  await hostile.ingest(pointsOf('web-1', 'cpu'));
  await ingestOfNeighbour();
  await drained();
});

/** The key is good and the quota is not used up: such an answer would hide what the request meets. */
const NOT_ABOUT_THE_REQUEST = [401, 429];

const fits = (status: number, expected: Expected): boolean => {
  if (typeof expected === 'number') return status === expected;
  if (NOT_ABOUT_THE_REQUEST.includes(status)) return false;
  return status < 500 && (expected === 'answered' || status >= 400);
};

const ask = async ({ method = 'GET', path, body, headers }: HostileRequest) => {
  const answer = await fetch(`${session.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body }),
  });
  return { status: answer.status, text: await answer.text() };
};

const times: TimedRequest[] = [];

afterAll(() => {
  console.log(`${times.length} hostile requests; slowest: ${slowestOf(times)}`);
});

describe('hostile requests', () => {
  it(`are at least ${MIN_REQUESTS}, and none is listed twice`, () => {
    const names = Object.values(requests).flatMap((group) => group.map(({ name }) => name));
    expect(names.length).toBeGreaterThanOrEqual(MIN_REQUESTS);
    expect(new Set(names).size).toBe(names.length);
  });

  it('cannot make a topology outgrow what can be stored and returned', async () => {
    const servicesOf = (round: number) => [
      {
        ReferenceId: 0,
        Name: `hub-${round}`,
        Edges: Array.from({ length: 3_000 }, (_, i) => ({ ReferenceId: i + 1 })),
      },
      ...Array.from({ length: 3_000 }, (_, i) => ({ ReferenceId: i + 1, Name: `leaf-${i}-${round % 2}` })),
    ];
    const statuses: number[] = [];
    for (let round = 0; round < 5; round++) {
      const body = JSON.stringify({ Services: servicesOf(round) });
      statuses.push(
        (await ask({ name: '', method: 'POST', path: '/v1/traces', body, expected: 'answered' })).status,
      );
    }
    expect(statuses).toEqual([200, 200, 200, 413, 413]);
    expect((await ask({ name: '', path: '/v1/topology', expected: 200 })).status).toBe(200);
  });

  describe.each(Object.entries(requests))('%s', (name, group) => {
    const limit = name === HEAVY ? MAX_HEAVY_MS : MAX_MS;

    it.each(group.map((request) => [request.name, request] as const))('%s', async (_name, request) => {
      const { answer, milliseconds } = await askWithin(limit, () => ask(request));
      times.push({ name: request.name, milliseconds });
      const { status, text } = answer;
      expect(fits(status, request.expected), `${status} ${text.slice(0, 300)}`).toBe(true);
      expect(text.length).toBeLessThan(MAX_ANSWER);
    });

    it('hurt no neighbour', ingestOfNeighbour);
  });
});

describe('after all hostile requests', () => {
  it('every point of the neighbour is stored', async () => {
    // On a slow machine, the largest bodies of the hostile tenant are delivered a second time after six minutes.
    await expect
      .poll(() => stored(session, NEIGHBOUR), { timeout: 480_000, interval: 2_000 })
      .toEqual({ targets: 1, series: 1, points: sent });
  });

  it('the hostile tenant can still read and change what is its own', async () => {
    const now = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    for (const path of [
      'targets',
      'breaches',
      'anomalies',
      'incidents',
      'changes',
      'forecast-runs',
      'topology',
      'settings',
    ]) {
      const { status } = await ask({ name: path, path: `/v1/${path}`, expected: 200 });
      expect([path, status]).toEqual([path, 200]);
    }
    const body = JSON.stringify({ edges: [{ caller: 'web-1', callee: 'db-1' }] });
    expect((await fetch(`${session.url}/v1/topology`, { method: 'PUT', headers: now, body })).status).toBe(
      200,
    );
    const traces = JSON.stringify({
      Services: [
        { ReferenceId: 1, Name: 'a', Edges: [{ ReferenceId: 2 }] },
        { ReferenceId: 2, Name: 'b' },
      ],
    });
    expect(
      (await fetch(`${session.url}/v1/traces`, { method: 'POST', headers: now, body: traces })).status,
    ).toBe(200);
  });
});
