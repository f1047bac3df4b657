import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Access } from '../../../../core/platform/abuse/access-counter.ts';
import { NotFoundError, ProblemError } from '../../../../core/platform/api/errors.ts';
import { type Operation, QUERY } from '../../../../core/platform/api/operation.ts';
import { PROBLEMS, Problem, type ProblemCode } from '../../../../core/platform/api/problems.ts';
import { SCOPES, type Scope } from '../../../../core/platform/permissions.ts';
import {
  ConfigurationError,
  ConflictError,
  DependencyUnavailableError,
  InvalidInputError,
  UnreadableItemError,
} from '../../../../core/shared/errors.ts';
import { forbidden } from '../../../../functions/runtime/authorise.ts';
import { binaryReply } from '../../../../functions/runtime/http-reply.ts';
import { type Route, route } from '../../../../functions/runtime/route.ts';
import { serveHttp } from '../../../../functions/runtime/serve-http.ts';
import { memoryQuotas } from '../../../fakes/platform.ts';
import { recordedTelemetry } from '../../../fakes/shared.ts';
import { httpEvent } from '../../../fixtures/http-events.ts';
import { keyCaller } from '../../../fixtures/identities.ts';

const operation = (over: Partial<Operation>): Operation => ({
  ...QUERY,
  ...{ tag: 'platform', path: '/v1/things', summary: 'Things', responses: [] },
  ...over,
});

const OPEN = operation({ path: '/v1/open', needs: 'none' });
const READ = operation({ path: '/v1/things/{id}', params: z.object({ id: z.string().max(3) }) });
const FIXED = operation({ path: '/v1/things/new' });
const WRITE = operation({
  ...{ method: 'post', path: '/v1/things', needs: 'operate', status: 202 },
  body: z.object({ n: z.number() }),
});

const setup = (routes: Record<string, Route>, left = {}, scopes: readonly Scope[] = SCOPES) => {
  const log = recordedTelemetry();
  const handler = serveHttp(
    routes,
    {
      quotas: memoryQuotas(left),
      authenticate: async ({ authorization }) =>
        authorization === undefined ? undefined : keyCaller('acme', 'ci', scopes),
      now: () => 5000,
      telemetry: log.telemetry,
    },
    { elsewhere: [operation({ method: 'put', path: '/v1/things' })] },
  );
  const send = async (method: string, path: string, more: { body?: string; query?: string } = {}) => {
    const event = httpEvent(method, path, { headers: { authorization: 'key' }, ...more });
    const reply = await handler(event);
    return { ...reply, json: JSON.parse(reply.body) };
  };
  return { handler, send, log };
};

it('counts each answered request with its caller', async () => {
  const counted: Access[] = [];
  const caller = { ...keyCaller('acme', 'ada', SCOPES), kind: 'person' as const, keyId: undefined };
  const handler = serveHttp(ROUTES, {
    quotas: memoryQuotas({}),
    authenticate: async () => caller,
    now: () => 5000,
    telemetry: recordedTelemetry().telemetry,
    countAccess: (access) => void counted.push(access),
  });
  await handler(httpEvent('GET', '/v1/things/new'));
  expect(counted).toMatchObject([{ caller: { tenantId: 'acme', name: 'ada' }, status: 200, at: 5000 }]);
});

const ROUTES = {
  open: route(OPEN, async ({ caller }) => ({ caller: caller ?? 'unknown' })),
  read: route(READ, async ({ params, caller, receivedAt }) => ({ params, caller, receivedAt })),
  fixed: route(FIXED, async () => ({ fixed: true })),
  write: route(WRITE, async ({ body, query }) => ({ body, query })),
};

it('says what to do if the answer is larger than Lambda returns', async () => {
  const large = route(FIXED, async () => ({ text: 'é'.repeat(3_000_000) }));
  const reply = await setup({ large }).send('GET', '/v1/things/new');
  expect(reply).toMatchObject({ statusCode: 400, json: { code: 'invalid-request' } });
  expect(reply.json.detail).toContain('request fewer items');
});

const SECURITY = {
  'strict-transport-security': 'max-age=31536000',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

it.each([
  ['GET', '/v1/open', 200],
  ['GET', '/v1/things/toolong', 400],
  ['GET', '/v1/nothing', 404],
  ['DELETE', '/v1/things', 405],
])('%s %s is answered with the security headers and the id of the request', async (method, path, status) => {
  const { statusCode, headers } = await setup(ROUTES).send(method, path);
  expect(statusCode).toBe(status);
  expect(headers).toMatchObject({ ...SECURITY, 'x-request-id': 'JKJaXmPLvHcESHA=' });
});

it('OPTIONS lists the methods of an address, without a caller and without a quota', async () => {
  const { handler, send, log } = setup(ROUTES, { readsPerMinute: 0 });
  expect(await handler(httpEvent('OPTIONS', '/v1/things'))).toMatchObject({
    ...{ statusCode: 204, body: '' },
    headers: { ...SECURITY, allow: 'POST, PUT, OPTIONS' },
  });
  expect(await handler(httpEvent('OPTIONS', '/v1/things/a'))).toMatchObject({
    headers: { allow: 'GET, OPTIONS' },
  });
  expect(await send('OPTIONS', '/v1/nothing')).toMatchObject({ statusCode: 404 });
  expect(log.lines).toEqual([]);
});

it('an event that is no request is answered with the security headers, too', async () => {
  const { headers } = await setup(ROUTES).handler({});
  expect(headers).toMatchObject(SECURITY);
  expect(headers).not.toHaveProperty('x-request-id');
});

it('the body is checked once the caller is known and charged', async () => {
  const { handler, send } = setup(ROUTES, { readsPerMinute: 1 });
  const long = { body: 'x'.repeat(600_000) };
  expect(await handler(httpEvent('POST', '/v1/things', long))).toMatchObject({ statusCode: 401 });
  expect(await send('POST', '/v1/things', long)).toMatchObject({ statusCode: 413 });
  expect(await send('POST', '/v1/things', long)).toMatchObject({ statusCode: 429 });
});

it('a body in another encoding than UTF-8 is rejected', async () => {
  const body = Buffer.from([0x22, 0xff, 0x22]).toString('base64');
  const event = {
    ...httpEvent('POST', '/v1/things', { headers: { authorization: 'key' }, body }),
    isBase64Encoded: true,
  };
  const reply = await setup(ROUTES).handler(event);
  expect(reply).toMatchObject({ statusCode: 400, body: expect.stringContaining('JSON in UTF-8') });
});

describe('a request', () => {
  it('reaches its operation with parsed parts, and gets JSON that is not cached', async () => {
    const { send } = setup(ROUTES);
    const read = await send('GET', '/v1/things/a%3A');
    expect(read).toMatchObject({
      statusCode: 200,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
      json: { params: { id: 'a:' }, caller: { tenantId: 'acme' }, receivedAt: 5000 },
      isBase64Encoded: false,
    });
    expect(await send('POST', '/v1/things', { body: '{"n":1}' })).toMatchObject({
      statusCode: 202,
      json: { body: { n: 1 }, query: {} },
    });
  });

  it('needs a key unless the operation needs no access', async () => {
    const { handler } = setup(ROUTES);
    expect(await handler(httpEvent('GET', '/v1/open'))).toMatchObject({ body: '{"caller":"unknown"}' });
    expect(await handler(httpEvent('GET', '/v1/things/a'))).toMatchObject({
      statusCode: 401,
      headers: { 'www-authenticate': 'Bearer', 'content-type': 'application/problem+json' },
    });
  });

  it.each([
    ['read', ['read']],
    ['write', ['operate']],
  ] as const)('needs the scope of its operation: %s', async (id, scopes) => {
    const call = ({ send }: ReturnType<typeof setup>) =>
      id === 'read' ? send('GET', '/v1/things/a') : send('POST', '/v1/things', { body: '{"n":1}' });
    expect((await call(setup(ROUTES, {}, scopes))).statusCode).toBeLessThan(300);
    const others = SCOPES.filter((scope) => !(scopes as readonly string[]).includes(scope));
    const { log, ...world } = setup(ROUTES, { readsPerMinute: 0, commandsPerMinute: 0 }, others);
    const refused = await call({ log, ...world });
    expect(refused).toMatchObject({
      statusCode: 403,
      headers: { 'www-authenticate': `Bearer error="insufficient_scope", scope="${scopes[0]}"` },
      json: { code: 'forbidden', detail: expect.stringContaining(`needs the scope ${scopes[0]}`) },
    });
    expect(log.lines).toMatchObject([
      {
        message: 'Request forbidden',
        fields: { tenantId: 'acme', by: { kind: 'key', keyId: expect.any(String) }, needs: scopes[0] },
      },
    ]);
  });

  it('says that only people can have the permission to approve, not keys', () => {
    const key = keyCaller('acme', 'ci', SCOPES);
    expect(forbidden(key, 'approve').message).toContain('only people can have, not the key "ci": sign in as');
    expect(forbidden(key, 'read').message).not.toContain('people');
  });

  it('is authenticated before it is checked', async () => {
    const { handler } = setup(ROUTES);
    expect(await handler(httpEvent('GET', '/v1/things/toolong'))).toMatchObject({ statusCode: 401 });
  });

  it('of a known address with another method lists all methods, even those of other functions', async () => {
    const { send } = setup(ROUTES);
    expect(await send('DELETE', '/v1/things')).toMatchObject({
      statusCode: 405,
      headers: { allow: 'POST, PUT' },
      json: { detail: '/v1/things allows POST, PUT, not DELETE.' },
    });
    expect((await send('GET', '/v1/nothing')).json).toMatchObject({ code: 'not-found' });
  });

  it.each([
    ['/v1/things/toolong', {}, 'id'],
    ['/v1/things/a', { query: 'x=1' }, 'x'],
    ['/v1/things/a', { query: 'x=1&x=2' }, 'x'],
    ['/v1/things/%', {}, 'path'],
  ])('for %s %j is rejected, naming %s', async (path, more, field) => {
    const { send } = setup(ROUTES);
    expect(await send('GET', path, more)).toMatchObject({ statusCode: 400, json: { errors: [{ field }] } });
  });

  it('may get a response in another encoding', async () => {
    const bytes = Uint8Array.of(0, 255);
    const { handler } = setup({
      open: route(OPEN, async () => binaryReply(200, 'application/x-protobuf', bytes)),
    });
    expect(await handler(httpEvent('GET', '/v1/open'))).toMatchObject({
      headers: { 'content-type': 'application/x-protobuf' },
      body: 'AP8=',
      isBase64Encoded: true,
    });
  });
});

describe('an error', () => {
  const failing = (error: Error) =>
    setup({
      read: route(READ, async () => {
        throw error;
      }),
    });

  it.each([
    [new NotFoundError('no'), 404, 'not-found'],
    [new InvalidInputError('no'), 400, 'invalid-request'],
    [new ConflictError('no'), 409, 'conflict'],
    [new ProblemError('invalid-content', 'no'), 422, 'invalid-content'],
  ])('of the caller (%s) is explained and not logged', async (error, status, code) => {
    const { send, log } = failing(error);
    const { statusCode, headers, json } = await send('GET', '/v1/things/a');
    expect([statusCode, headers['content-type']]).toEqual([status, 'application/problem+json']);
    expect(Problem.strict().parse(json)).toMatchObject({ status, code, detail: 'no' });
    expect(log.lines).toEqual([]);
  });

  it.each([
    [new DependencyUnavailableError('arn:secret throttled'), 503, 'temporarily-unavailable', '5'],
    [new UnreadableItemError('arn:secret', 'damaged'), 500, 'internal-error', undefined],
    [new ConfigurationError('arn:secret'), 500, 'internal-error', undefined],
    [new TypeError('arn:secret'), 500, 'internal-error', undefined],
  ])('of ours (%s) is logged with its request, and hidden', async (error, status, code, retryAfter) => {
    const { send, log } = failing(error);
    const { statusCode, headers, body, json } = await send('GET', '/v1/things/a');
    expect([statusCode, headers['retry-after']]).toEqual([status, retryAfter]);
    expect(Problem.strict().parse(json)).toMatchObject({ status, code });
    expect(body).not.toContain('secret');
    expect(log.counts).toEqual({ RequestsFailed: 1 });
    expect(log.lines).toMatchObject([
      {
        level: 'error',
        cause: error,
        fields: { operation: 'read', tenantId: 'acme', requestId: expect.any(String) },
      },
    ]);
  });

  it.each(Object.entries(PROBLEMS))(
    'with the code %s is answered with its status and title',
    async (code, kind) => {
      const { send } = failing(new ProblemError(code as ProblemCode, 'why', { headers: { allow: 'GET' } }));
      const { statusCode, headers, json } = await send('GET', '/v1/things/a');
      expect([statusCode, headers.allow]).toEqual([kind.status, 'GET']);
      expect(json).toEqual({ ...kind, code, detail: 'why', type: `https://forestall.dev/problems/${code}` });
    },
  );
});

describe('the quota of an operation', () => {
  it('is charged for each request of a tenant, and answers 429 with the time of the next window', async () => {
    const { send, log } = setup(ROUTES, { readsPerMinute: 1 });
    expect(await send('GET', '/v1/things/a')).toMatchObject({ statusCode: 200 });
    const refused = await send('GET', '/v1/things/a');
    expect(refused).toMatchObject({
      statusCode: 429,
      headers: { 'content-type': 'application/problem+json', 'retry-after': '55' },
      json: { code: 'quota-exceeded', detail: expect.stringContaining('read requests of this minute') },
    });
    expect(log.counts).toEqual({ RequestsOverQuota: 1 });
    expect(log.lines).toMatchObject([
      {
        message: 'Request over quota',
        fields: { tenantId: 'acme', quota: 'readsPerMinute', operation: 'read' },
      },
    ]);
  });

  it('is charged for a request that is refused for another reason', async () => {
    const { send } = setup(ROUTES, { readsPerMinute: 1 });
    expect(await send('GET', '/v1/things/long')).toMatchObject({ statusCode: 400 });
    expect(await send('GET', '/v1/things/a')).toMatchObject({ statusCode: 429 });
  });

  it('is not asked of operations without access, nor before the caller is known', async () => {
    const { send, handler } = setup(ROUTES, { readsPerMinute: 0 });
    expect(await send('GET', '/v1/open')).toMatchObject({ statusCode: 200 });
    expect(await handler(httpEvent('GET', '/v1/things/a'))).toMatchObject({ statusCode: 401 });
  });
});
