/** Abuse against the deployment: planted attacks are found, and the neighbour of the attacker is not accused. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import * as z from 'zod';
import { requireOutput } from '../../local/deploy.ts';
import { signIn } from './people.ts';
import { newKey, useSession } from './pipeline-client.ts';
import { forgetRings } from './rotate-now.ts';

const session = inject('session');
const [ATTACKER, NEIGHBOUR] = ['e2e-enumerator', 'e2e-orderly'];
/** More than each of the processes that answer in parallel may keep uncounted. */
const REQUESTS = 240;
const PARALLEL = 4;

const send = (path: string, key: string, method = 'GET') =>
  fetch(`${session.url}${path}`, { method, headers: { authorization: `Bearer ${key}` } });

/** The statuses of many requests, a few at a time. */
const flood = async (request: (index: number) => Promise<Response>): Promise<ReadonlySet<number>> => {
  const statuses = new Set<number>();
  let next = 0;
  const sender = async () => {
    while (next < REQUESTS) {
      const answer = await request(next++);
      await answer.arrayBuffer();
      statuses.add(answer.status);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, sender));
  return statuses;
};

const Result = z.object({
  findings: z.array(z.object({ kind: z.string(), subject: z.string(), count: z.number() })),
});

/** The findings of the hour that ends a minute from now. */
const detect = async () => {
  const { FunctionError, Payload } = await new LambdaClient().send(
    new InvokeCommand({
      FunctionName: requireOutput(session.outputs, 'DetectAbuseFunctionName'),
      Payload: JSON.stringify({ scheduledAt: new Date(Date.now() + 360_000).toISOString() }),
    }),
  );
  expect(FunctionError).toBeUndefined();
  return Result.parse(JSON.parse(new TextDecoder().decode(Payload))).findings;
};

const keyIdIn = (key: string): string => key.split('_')[2] ?? '';

beforeAll(async () => {
  useSession(session);
  // Other tests rotate the secret that signs tokens more often than functions read it again.
  await forgetRings(requireOutput(session.outputs, 'SigningSecretArn'));
});

describe('the search for abuse', () => {
  it('finds a key that asks for ids at random, and a sender that guesses keys, but no orderly key', async () => {
    const [attacker, neighbour] = [await newKey(session, ATTACKER), await newKey(session, NEIGHBOUR)];
    expect(await flood((index) => send(`/v1/changes/guess-${index}`, attacker))).toEqual(new Set([404]));
    const guess = `${attacker.slice(0, -3)}abc`;
    expect(await flood(() => send('/v1/targets', guess))).toEqual(new Set([401]));
    expect(await flood(() => send('/v1/targets', neighbour))).toEqual(new Set([200]));

    const findings = await detect();
    const enumeration = findings.find(({ subject }) => subject === `${ATTACKER} ${keyIdIn(attacker)}`);
    expect(enumeration).toMatchObject({ kind: 'enumeration' });
    expect(enumeration?.count).toBeGreaterThanOrEqual(100);
    expect(enumeration?.count).toBeLessThanOrEqual(REQUESTS);
    expect(findings.filter(({ kind }) => kind === 'credential-guessing')).toHaveLength(1);
    expect(findings.filter(({ subject }) => subject.startsWith(NEIGHBOUR))).toEqual([]);
  });
});

it('the search for abuse finds a person who asks for ids, also with a token of theirs', async () => {
  const { AccessToken } = await signIn(session, 'e2e-prober', [`${ATTACKER}.viewer`]);
  const issued = await fetch(`${session.url}/v1/tokens`, {
    method: 'POST',
    headers: { authorization: `Bearer ${AccessToken}`, 'content-type': 'application/json' },
    body: '{"scopes":["read"]}',
  });
  const { accessToken } = z.object({ accessToken: z.string() }).parse(await issued.json());
  // Neither credential alone would be enough.
  const credentialOf = (index: number) => (index % 2 === 0 ? AccessToken : accessToken);
  const statuses = await flood((index) => send(`/v1/changes/guess-${index}`, credentialOf(index)));
  expect(statuses).toEqual(new Set([404]));
  const finding = (await detect()).find(({ subject }) => subject === `${ATTACKER} person e2e-prober`);
  expect(finding).toMatchObject({ kind: 'enumeration' });
  expect(finding?.count).toBeGreaterThan(REQUESTS / 2);
});

describe('the perimeter', () => {
  it.each([
    ['/v1', 404],
    ['/v1/nothing', 404],
    ['/v1/health', 200],
    ['/v1/targets', 401],
  ])('%s is answered with the security headers', async (path, status) => {
    const answer = await fetch(`${session.url}${path}`);
    expect(answer.status).toBe(status);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'strict-transport-security': 'max-age=31536000',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'x-request-id': expect.stringMatching(/./),
    });
  });

  it('lets no web page of another origin in', async () => {
    const answer = await fetch(`${session.url}/v1/targets`, {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'GET' },
    });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });
});
