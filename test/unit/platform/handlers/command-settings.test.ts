import { describe, expect, it } from 'vitest';
import { Problem } from '../../../../core/platform/api/problems.ts';
import { Settings } from '../../../../core/platform/settings/settings.ts';
import { DependencyUnavailableError } from '../../../../core/shared/errors.ts';
import { type Deps, makeHandler } from '../../../../functions/platform/command-settings/handler.ts';
import { matchPath } from '../../../../functions/runtime/find-route.ts';
import { memorySettings } from '../../../fakes/platform.ts';
import { recordedTelemetry } from '../../../fakes/shared.ts';
import { httpEvent } from '../../../fixtures/http-events.ts';

/** Each operation uses what it needs of the dependencies; those here need no more than this. */
const setup = (over: Partial<Deps> = {}) => {
  const settings = memorySettings();
  const log = recordedTelemetry();
  const handler = makeHandler({
    authenticate: async ({ authorization }) =>
      authorization === 'Bearer key-acme' ? { tenantId: 'acme', name: 'ci' } : undefined,
    settings,
    now: () => 0,
    telemetry: log.telemetry,
    ...over,
  } as Deps);
  const send = async (body: unknown, { method = 'PUT', path = '/v1/settings', key = 'key-acme' } = {}) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const event = httpEvent(method, path, { headers: { authorization: `Bearer ${key}` }, body: text });
    const { statusCode, body: answer } = await handler(event);
    return { status: statusCode, body: JSON.parse(answer) };
  };
  return { handler, send, settings, log };
};

const RULE = { metric: 'cpu_percent', above: 70 };

describe('PUT /v1/settings', () => {
  it('replaces all settings and answers with their new version', async () => {
    const { send, settings, log } = setup();
    const { status, body } = await send({ version: 0, thresholds: [RULE] });
    expect(status).toBe(200);
    expect(Settings.parse(body)).toEqual({ version: 1, thresholds: [RULE], detection: [], maintenance: [] });
    expect(await send({ version: 1 })).toMatchObject({ status: 200, body: { version: 2, thresholds: [] } });
    expect(await settings.get('acme')).toMatchObject({ version: 2 });
    expect(await settings.get('globex')).toMatchObject({ version: 0 });
    expect(log.lines[0]?.fields).toMatchObject({ tenantId: 'acme', apiKey: 'ci' });
  });

  it('answers 409 when somebody else changed them meanwhile', async () => {
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
  ])('refuses %.60j, naming %s', async (body, field) => {
    const { send } = setup();
    const { status, body: answer } = await send(body);
    expect(status).toBe(400);
    expect(Problem.parse(answer).errors?.[0]).toMatchObject({ field });
  });

  it('refuses a body of more than 512 KB, naming it', async () => {
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

  it('says so when the store is down', async () => {
    const replace = async () => {
      throw new DependencyUnavailableError('throttled');
    };
    const { send } = setup({ settings: { replace } });
    expect(await send({ version: 0 })).toMatchObject({ status: 503 });
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
