import { describe, expect, it } from 'vitest';
import { Problem } from '../../../../core/platform/api/problems.ts';
import { Settings } from '../../../../core/platform/settings/settings.ts';
import { DependencyUnavailableError } from '../../../../core/shared/errors.ts';
import { type Deps, makeHandler } from '../../../../functions/platform/command-settings/handler.ts';
import { matchPath } from '../../../../functions/runtime/find-route.ts';
import { memoryQuotas, memoryResponses, memorySettings } from '../../../fakes/platform.ts';
import { memoryGenerations } from '../../../fakes/secrets.ts';
import { recordedTelemetry } from '../../../fakes/shared.ts';
import { httpEvent } from '../../../fixtures/http-events.ts';
import { keyCaller } from '../../../fixtures/identities.ts';

interface SendOptions {
  readonly method?: string;
  readonly path?: string;
  readonly key?: string;
  /** The Idempotency-Key. */
  readonly once?: string;
}

/** The dependencies that these operations use. */
const setup = (over: Partial<Deps> = {}) => {
  const settings = memorySettings();
  const log = recordedTelemetry();
  const state = { now: 0, requests: 0 };
  const handler = makeHandler({
    quotas: memoryQuotas(),
    authenticate: async ({ authorization }) =>
      ({
        'Bearer key-acme': keyCaller('acme'),
        'Bearer key-globex': keyCaller('globex'),
      })[authorization ?? ''],
    settings,
    generations: memoryGenerations(),
    responses: memoryResponses(),
    now: () => state.now,
    telemetry: log.telemetry,
    ...over,
  } as Deps);
  const send = async (
    body: unknown,
    { method = 'PUT', path = '/v1/settings', key = 'key-acme', once }: SendOptions = {},
  ) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const headers = {
      authorization: `Bearer ${key}`,
      ...(once === undefined ? {} : { 'Idempotency-Key': once }),
    };
    const { requestContext, ...event } = httpEvent(method, path, { headers, body: text });
    const requestId = `request-${state.requests++}`;
    const reply = await handler({ ...event, requestContext: { ...requestContext, requestId } });
    return { status: reply.statusCode, headers: reply.headers, body: JSON.parse(reply.body) };
  };
  return { handler, send, settings, log, state };
};

const RULE = { metric: 'cpu_percent', above: 70 };

describe('PUT /v1/settings', () => {
  it('replaces all settings and returns their new version', async () => {
    const { send, settings, log } = setup();
    const { status, body } = await send({ version: 0, thresholds: [RULE] });
    expect(status).toBe(200);
    expect(Settings.parse(body)).toEqual({
      version: 1,
      thresholds: [RULE],
      detection: [],
      maintenance: [],
      readings: [],
    });
    expect(await send({ version: 1 })).toMatchObject({ status: 200, body: { version: 2, thresholds: [] } });
    expect(await settings.get('acme')).toMatchObject({ version: 2 });
    expect(await settings.get('globex')).toMatchObject({ version: 0 });
    expect(log.lines[0]?.fields).toMatchObject({
      tenantId: 'acme',
      by: { kind: 'key', name: 'ci', keyId: 'keyaaaaaaaaa' },
    });
  });

  it('keeps a time zone, and refuses one that does not exist by name', async () => {
    const { send } = setup();
    const { body } = await send({ version: 0, timeZone: 'Australia/Lord_Howe' });
    expect(body).toMatchObject({ timeZone: 'Australia/Lord_Howe' });
    const { status, body: answer } = await send({ version: 1, timeZone: 'Europe/Atlantis' });
    expect(status).toBe(400);
    expect(Problem.parse(answer).errors).toMatchObject([
      {
        field: 'timeZone',
        message: 'expected a time zone such as `Europe/Berlin` (IANA time zone database)',
      },
    ]);
  });

  it('returns 409 if another writer changed them in the meantime', async () => {
    const { send } = setup();
    await send({ version: 0 });
    const { status, body } = await send({ version: 0, thresholds: [RULE] });
    expect(status).toBe(409);
    expect(Problem.parse(body).code).toBe('conflict');
  });

  it.each([
    ['{', 'body'],
    ['', 'body'],
    [{ version: 0, thresholds: [{ metric: 'cpu' }] }, 'thresholds.0.above'],
    [{ thresholds: [] }, 'version'],
    [{ version: 0, tresholds: [] }, 'tresholds'],
  ])('rejects %.60j, naming %s', async (body, field) => {
    const { send } = setup();
    const { status, body: answer } = await send(body);
    expect(status).toBe(400);
    expect(Problem.parse(answer).errors?.[0]).toMatchObject({ field });
  });

  it('rejects a body of more than 512 KB, naming it', async () => {
    const { status, body } = await setup().send(`{"version":0,"pad":"${'x'.repeat(600_000)}"}`);
    expect(status).toBe(413);
    expect(Problem.parse(body)).toMatchObject({ code: 'body-too-large', errors: [{ field: 'body' }] });
  });

  it('reads a body that a gateway encoded', async () => {
    const { handler } = setup();
    const body = Buffer.from('{"version":0}').toString('base64');
    const event = httpEvent('PUT', '/v1/settings', { headers: { authorization: 'Bearer key-acme' }, body });
    expect(await handler({ ...event, isBase64Encoded: true })).toMatchObject({ statusCode: 200 });
  });

  it('needs a key, and a known address', async () => {
    const { send } = setup();
    expect(await send({ version: 0 }, { key: 'guess' })).toMatchObject({ status: 401 });
    expect(await send({ version: 0 }, { path: '/v1/elsewhere' })).toMatchObject({ status: 404 });
    expect(await send({ version: 0 }, { method: 'DELETE' })).toMatchObject({ status: 405 });
  });

  it('reports that the store is down', async () => {
    const replace = async () => {
      throw new DependencyUnavailableError('throttled');
    };
    const { send } = setup({ settings: { replace } });
    expect(await send({ version: 0 })).toMatchObject({ status: 503 });
  });
});

describe('PUT /v1/settings with an Idempotency-Key', () => {
  it('replaces once, and returns the first response to the same request', async () => {
    const { send, settings, state } = setup();
    const first = await send({ version: 0, thresholds: [RULE] }, { once: 'k' });
    expect(await send({ version: 1 })).toMatchObject({ body: { version: 2 } });
    state.now += 3_600_000;
    const { status, body, headers } = await send({ version: 0, thresholds: [RULE] }, { once: 'k' });
    expect({ status, body }).toEqual({ status: first.status, body: first.body });
    expect(headers['x-request-id']).not.toBe(first.headers['x-request-id']);
    expect(await settings.get('acme')).toMatchObject({ version: 2 });
    expect(first.headers).toMatchObject({ 'content-type': 'application/json' });
  });

  it('rejects the key for another body with 422, and accepts it from another tenant', async () => {
    const { send } = setup();
    await send({ version: 0 }, { once: 'k' });
    const { status, headers, body } = await send({ version: 0, thresholds: [RULE] }, { once: 'k' });
    expect([status, headers['content-type']]).toEqual([422, 'application/problem+json']);
    expect(Problem.parse(body).code).toBe('idempotency-key-reused');
    const theirs = await send({ version: 0, thresholds: [RULE] }, { once: 'k', key: 'key-globex' });
    expect(theirs.status).toBe(200);
  });

  it('rejects a second request while the first is executed with 409 and Retry-After', async () => {
    let second: Promise<{ status: number; headers: object; body: unknown }> | undefined;
    const stored = memorySettings();
    const { send } = setup({
      settings: {
        replace: async (...change) => {
          second ??= send({ version: 0 }, { once: 'k' });
          await second;
          return stored.replace(...change);
        },
      },
    });
    expect((await send({ version: 0 }, { once: 'k' })).status).toBe(200);
    expect(await second).toMatchObject({
      status: 409,
      headers: { 'retry-after': '5' },
      body: { code: 'request-in-progress' },
    });
  });

  it('executes again after a failure or an invalid request', async () => {
    const { send } = setup();
    expect((await send({ version: 3 }, { once: 'k' })).status).toBe(409);
    expect((await send({ version: '0' }, { once: 'k' })).status).toBe(400);
    expect((await send({ version: 0 }, { once: 'k' })).status).toBe(200);
  });

  it.each(['', 'with space', 'with#hash', 'x'.repeat(129)])('rejects the key %j', async (once) => {
    const { status, body } = await setup().send({ version: 0 }, { once });
    expect([status, body.errors]).toMatchObject([400, [{ field: 'Idempotency-Key' }]]);
  });
});

describe('paths', () => {
  it('are matched part by part, with parameters decoded', () => {
    expect(matchPath('/v1/incidents/{id}/transitions', '/v1/incidents/a%3Ab/transitions')).toEqual({
      id: 'a:b',
    });
    expect(matchPath('/v1/incidents/{id}', '/v1/incidents/')).toBeUndefined();
    expect(matchPath('/v1/incidents/{id}', '/v1/incidents/a/b')).toBeUndefined();
    expect(matchPath('/v1/settings', '/v1/setting')).toBeUndefined();
    expect(() => matchPath('/v1/incidents/{id}', '/v1/incidents/%')).toThrow('percent-encoded');
  });
});

describe('POST /v1/webhooks/signing-keys/replace', () => {
  const path = { method: 'POST', path: '/v1/webhooks/signing-keys/replace' };

  it('raises the generation of the tenant, once for each Idempotency-Key', async () => {
    const { send, log, state } = setup();
    const first = await send({}, { ...path, once: 'a' });
    expect([first.status, first.body]).toEqual([
      200,
      { generation: 1, replacedValidUntil: '1970-01-02T00:00:00.000Z' },
    ]);
    expect((await send({}, { ...path, once: 'a' })).body).toEqual(first.body);
    expect((await send({}, { ...path, key: 'key-globex' })).body.generation).toBe(1);
    state.now = 24 * 3_600_000;
    expect((await send({ overlapHours: 0.5 }, path)).body).toEqual({
      generation: 2,
      replacedValidUntil: '1970-01-02T00:30:00.000Z',
    });
    expect(log.lines).toContainEqual(
      expect.objectContaining({
        message: 'webhook secrets replaced',
        fields: expect.objectContaining({ tenantId: 'acme', generation: 2 }),
      }),
    );
  });

  it('refuses a third generation while the first one is accepted, but ends both if asked', async () => {
    const { send } = setup();
    await send({}, path);
    const { status, body } = await send({ overlapHours: 1 }, path);
    expect([status, body.detail]).toEqual([409, expect.stringContaining('wait until their overlap ends')]);
    expect((await send({ overlapHours: 0 }, path)).body.generation).toBe(2);
  });

  it.each([{ overlapHours: -1 }, { overlapHours: 721 }, { overlapHours: '1' }, { generation: 0 }])(
    'refuses %j',
    async (body) => {
      expect((await setup().send(body, path)).status).toBe(400);
    },
  );
});
