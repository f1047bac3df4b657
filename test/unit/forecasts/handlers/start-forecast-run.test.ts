import { describe, expect, it } from 'vitest';
import { RunInput } from '../../../../core/forecasts/runs/run-input.ts';
import type { TenantQuotas } from '../../../../core/platform/access/ports.ts';
import { DependencyUnavailableError } from '../../../../core/shared/errors.ts';
import { makeHandler } from '../../../../functions/forecasts/start-forecast-run/handler.ts';
import { memoryRuns } from '../../../fakes/forecasts.ts';
import { memoryQuotas } from '../../../fakes/platform.ts';
import { recordedTelemetry } from '../../../fakes/shared.ts';
import { httpEvent } from '../../../fixtures/http-events.ts';
import { keyCaller } from '../../../fixtures/identities.ts';

const NOW = Date.UTC(2026, 10, 21, 10, 5, 30);

const setup = (quotas: TenantQuotas = memoryQuotas()) => {
  const runs = memoryRuns();
  const log = recordedTelemetry();
  const started = new Map<string, unknown>();
  const state = { now: NOW, down: false as boolean };
  const start = async (name: string, input: unknown) => {
    if (state.down) throw new DependencyUnavailableError('starting: throttled');
    if (started.has(name)) return 'already-running' as const;
    started.set(name, input);
    return 'started' as const;
  };
  const authenticate = async (headers: Readonly<Record<string, string | undefined>>) =>
    headers['x-api-key'] === undefined ? undefined : keyCaller(headers['x-api-key'], 'ops');
  const handler = makeHandler({
    quotas,
    authenticate,
    runs: runs.store,
    workflow: { start },
    maxActiveRuns: 2,
    now: () => state.now,
    telemetry: log.telemetry,
  });
  const post = async (headers: Record<string, string> = { 'x-api-key': 'acme' }) => {
    const answer = await handler(httpEvent('POST', '/v1/forecast-runs', { headers }));
    return { status: answer.statusCode, headers: answer.headers, body: JSON.parse(answer.body) };
  };
  return { runs, log, started, state, handler, post };
};

describe('POST /v1/forecast-runs', () => {
  it('accepts a run, records it and starts the workflow under its name', async () => {
    const { post, runs, started } = setup();
    const answer = await post();
    expect(answer).toMatchObject({
      status: 202,
      body: { id: expect.stringMatching(/^2026-11-21T10-05-30Z-/) },
    });
    const { id } = answer.body;
    expect(answer.headers.location).toBe(`/v1/forecast-runs/${id}`);
    expect(runs.all()).toMatchObject([{ tenantId: 'acme', runId: id, status: 'RUNNING', trigger: 'api' }]);
    expect([...started]).toEqual([
      [
        `acme-${id}`,
        { tenantId: 'acme', runId: id, trigger: 'api', requestedAt: '2026-11-21T10:05:30.000Z' },
      ],
    ]);
    expect(RunInput.safeParse([...started.values()][0]).success).toBe(true);
  });

  it('returns the same run for the same key at any later time, and another for another key', async () => {
    const { post, state, started } = setup();
    const withKey = (key: string) => post({ 'x-api-key': 'acme', 'Idempotency-Key': key });
    const first = await withKey('deploy-42');
    state.now += 3_600_000;
    expect(await withKey('deploy-42')).toEqual(first);
    expect((await withKey('deploy-43')).body.id).not.toBe(first.body.id);
    expect(started.size).toBe(2);
  });

  it('starts one run per minute without a key', async () => {
    const { post, state, started } = setup();
    const first = await post();
    state.now += 20_000;
    expect(await post()).toEqual(first);
    state.now += 20_000;
    expect((await post()).body.id).not.toBe(first.body.id);
    expect(started.size).toBe(2);
  });

  it('separates tenants with the same key', async () => {
    const { post } = setup();
    const ids = [];
    for (const tenant of ['acme', 'globex'])
      ids.push((await post({ 'x-api-key': tenant, 'idempotency-key': 'k' })).body.id);
    expect(new Set(ids).size).toBe(2);
  });

  it('rejects callers without a key', async () => {
    const { post, started } = setup();
    expect(await post({})).toMatchObject({ status: 401, body: { code: 'unauthorized' } });
    expect(started.size).toBe(0);
  });

  it.each(['', 'with space', 'with#hash', 'é', 'x'.repeat(129)])(
    'rejects the idempotency key %j',
    async (key) => {
      const answer = await setup().post({ 'x-api-key': 'acme', 'idempotency-key': key });
      expect(answer).toMatchObject({ status: 400, headers: { 'content-type': 'application/problem+json' } });
    },
  );

  it('records that the workflow could not be started, and starts it on the next request', async () => {
    const { post, state, runs, started, log } = setup();
    state.down = true;
    expect(await post()).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
    expect(runs.all()).toMatchObject([
      { status: 'FAILED', error: expect.stringContaining('could not be started') },
    ]);
    expect(log.counts).toEqual({ RequestsFailed: 1 });
    state.down = false;
    const again = await post();
    expect(again.status).toBe(202);
    expect([...started.keys()]).toEqual([`acme-${again.body.id}`]);
  });

  it('responds with a problem to an event that is not a request', async () => {
    expect(await setup().handler({ Records: [] })).toMatchObject({ statusCode: 400 });
  });

  it('refuses a run while two others that were requested are still running', async () => {
    const { post, runs, state, log, started } = setup();
    const withKey = (key: string) => post({ 'x-api-key': 'acme', 'Idempotency-Key': key });
    const first = await withKey('a');
    await withKey('b');
    expect(await withKey('c')).toMatchObject({
      status: 429,
      headers: { 'retry-after': '60' },
      body: { code: 'quota-exceeded', detail: expect.stringContaining('2 requested runs are still running') },
    });
    expect(log.counts.RequestsOverQuota).toBe(1);
    expect(await withKey('a'), 'a repeated request finds its run').toEqual(first);
    expect((await post({ 'x-api-key': 'globex' })).status).toBe(202);
    const [running] = runs.all();
    await runs.store.finish({ ...running!, status: 'SUCCEEDED' });
    expect((await withKey('c')).status).toBe(202);
    expect(started.size).toBe(4);
    state.now += 3_600_001;
    expect((await withKey('d')).status, 'runs that never ended do not count for ever').toBe(202);
  });

  it('a refused request draws nothing and claims nothing: repeated, it starts a run of that later time', async () => {
    const { post, runs, state } = setup(memoryQuotas({ runsPerHour: 3 }));
    const withKey = (key: string) => post({ 'x-api-key': 'acme', 'Idempotency-Key': key });
    await withKey('a');
    await withKey('b');
    for (let i = 0; i < 20; i++) expect((await withKey(`c${i}`)).status).toBe(429);
    for (const running of runs.all()) await runs.store.finish({ ...running, status: 'SUCCEEDED' });
    state.now += 1_200_000;
    const { status, body } = await withKey('c0');
    expect(status).toBe(202);
    expect(body.id, 'twenty minutes after it was refused').toMatch(/^2026-11-21T10-25-30Z-/);
  });

  it('draws no other run if it is repeated in the next hour', async () => {
    const quotas = memoryQuotas();
    const drawn: number[] = [];
    const takeEach: TenantQuotas['takeEach'] = async (tenantId, name, ids, at) => {
      drawn.push(at);
      return quotas.takeEach(tenantId, name, ids, at);
    };
    const { post, state } = setup({ ...quotas, takeEach });
    const headers = { 'x-api-key': 'acme', 'Idempotency-Key': 'a' };
    const first = await post(headers);
    state.now += 3_600_000;
    expect(await post(headers)).toEqual(first);
    expect(drawn).toEqual([NOW]);
  });

  it('draws one run of the hour, however often it is repeated', async () => {
    const { post, log, runs } = setup(memoryQuotas({ runsPerHour: 2 }));
    for (let i = 0; i < 20; i++) expect((await post()).status).toBe(202);
    const withKey = (key: string) => post({ 'x-api-key': 'acme', 'idempotency-key': key });
    for (let i = 0; i < 20; i++) expect((await withKey('a')).status).toBe(202);
    for (const running of runs.all()) await runs.store.finish({ ...running, status: 'SUCCEEDED' });
    expect(await withKey('b')).toMatchObject({
      status: 429,
      headers: { 'retry-after': '3270' },
      body: { code: 'quota-exceeded', detail: expect.stringContaining('forecast runs of this hour') },
    });
    expect((await withKey('a')).status).toBe(202);
    expect(log.counts.RequestsOverQuota).toBe(1);
  });
});
