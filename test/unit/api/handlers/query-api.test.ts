import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BreachPage } from '../../../../core/forecasts/api/breaches.ts';
import { Forecast, Forecasts } from '../../../../core/forecasts/api/forecasts.ts';
import { Run, RunPage } from '../../../../core/forecasts/api/runs.ts';
import { newRun } from '../../../../core/forecasts/runs/sum-results.ts';
import type { PredictedBreach } from '../../../../core/forecasts/target-forecast.ts';
import { Series } from '../../../../core/metrics/api/series.ts';
import { TargetPage } from '../../../../core/metrics/api/targets.ts';
import { Problem } from '../../../../core/platform/api/problems.ts';
import { DependencyUnavailableError } from '../../../../core/shared/errors.ts';
import { type Deps, makeHandler } from '../../../../functions/api/query-api/handler.ts';
import { memoryAnomalies, memoryDetectors, memoryIngestion } from '../../../fakes/anomalies.ts';
import { memoryBreakers } from '../../../fakes/breakers.ts';
import { memoryBreaches, memoryForecasts, memoryRuns } from '../../../fakes/forecasts.ts';
import { memoryIncidents } from '../../../fakes/incidents.ts';
import { memoryBlocks, memoryRegistry, watched } from '../../../fakes/metrics.ts';
import { memoryScores } from '../../../fakes/models.ts';
import { memoryQuotas, memorySettings } from '../../../fakes/platform.ts';
import { memoryRemediationSources } from '../../../fakes/remediation.ts';
import { recordedTelemetry } from '../../../fakes/shared.ts';
import { httpEvent } from '../../../fixtures/http-events.ts';
import { keyCaller } from '../../../fixtures/identities.ts';
import { sampleMetric, sampleTarget } from '../../forecasts/codec/forecast-samples.ts';

const NOW = 1_795_255_500;
const KEYS: Readonly<Record<string, string>> = { 'key-acme': 'acme', 'key-globex': 'globex' };
const odd = 'db.1:primary@eu_west-1';

const breach = (targetId: string, risk: number, over: Partial<PredictedBreach> = {}): PredictedBreach => {
  const { threshold, breach: odds } = sampleMetric('cpu_percent');
  return {
    ...{
      tenantId: 'acme',
      targetId,
      metric: 'cpu_percent',
      profile: 'web',
      runId: 'r',
      issuedAt: NOW * 1000,
    },
    ...{ risk, threshold, breach: { ...odds, probability: risk / 100 }, expectedPeak: 97 },
    warning: null,
    explanation: null,
    ...over,
  };
};

/** Six runs of the last minutes, the first of them so old that it cannot be running any more. */
const runNumbered = (n: number) =>
  newRun({
    tenantId: 'acme',
    runId: `2026-11-21T10-05-${String(n).padStart(2, '0')}Z-abcd`,
    trigger: 'api',
    startedAt: n === 0 ? 0 : NOW * 1000 - 60_000 + n,
  });

const setup = async (over: Partial<Deps> = {}) => {
  const forecasts = memoryForecasts();
  const runs = memoryRuns();
  const log = recordedTelemetry();
  await forecasts.store.put(sampleTarget(['cpu_percent', 'latency_ms']), NOW);
  for (let n = 0; n < 7; n++) await runs.store.begin(runNumbered(n));
  const many = Array.from({ length: 25 }, (_, i) =>
    watched(`web-${String(i).padStart(2, '0')}`, { profile: i % 5 === 0 ? 'database' : 'web' }),
  );
  const deps: Deps = {
    quotas: memoryQuotas(),
    authenticate: async (headers) => {
      const tenantId = KEYS[headers.authorization?.replace('Bearer ', '') ?? ''];
      return tenantId === undefined ? undefined : keyCaller(tenantId, 'test');
    },
    registry: memoryRegistry([
      watched('web-1'),
      watched(odd),
      ...many,
      watched('theirs', { tenantId: 'globex' }),
    ]),
    ingestion: memoryIngestion().store,
    blocks: memoryBlocks({
      'acme web-1': {
        cpu_percent: Array.from({ length: 400 }, (_, i) => [NOW - i * 300, i] as const).reverse(),
      },
    }),
    forecasts: forecasts.store,
    breaches: memoryBreaches(Array.from({ length: 30 }, (_, i) => breach(`t-${i}`, (i * 37) % 100))).store,
    runs: runs.store,
    anomalies: memoryAnomalies().store,
    detectors: memoryDetectors().store,
    settings: memorySettings(),
    scores: memoryScores().files,
    breakers: memoryBreakers(),
    ...memoryRemediationSources(),
    ...memoryIncidents(),
    now: () => NOW * 1000,
    telemetry: log.telemetry,
    ...over,
  };
  const handler = makeHandler(deps);
  const send = async (event: unknown) => {
    const { statusCode, headers, body } = await handler(event);
    return { status: statusCode, headers, body: JSON.parse(body) };
  };
  const get = (path: string, query = '', key = 'key-acme') =>
    send(httpEvent('GET', path, { query, headers: { authorization: `Bearer ${key}` } }));
  return { send, get, log };
};

describe('public addresses', () => {
  it('need no key', async () => {
    const { send } = await setup();
    expect(await send(httpEvent('GET', '/v1/health'))).toMatchObject({ status: 200, body: { status: 'ok' } });
    const document = await send(httpEvent('GET', '/v1/openapi.json'));
    expect(document).toMatchObject({ status: 200, body: { openapi: '3.1.0' } });
  });
});

describe('targets', () => {
  it('are returned in the form of their schema', async () => {
    const { get } = await setup();
    const { status, body } = await get('/v1/targets', 'limit=3');
    expect(status).toBe(200);
    expect(TargetPage.parse(body).items).toHaveLength(3);
    expect(body.items[0]).toEqual({
      ...{ id: 'web-1', profile: 'web', metrics: [{ name: 'cpu_percent', kind: 'gauge', unit: '%' }] },
      ...{ firstSeen: '1970-01-01T00:00:00.000Z', lastSeen: new Date(NOW * 1000).toISOString() },
      ...{ lagSeconds: 0, state: 'reporting', expectedShare: 1 },
    });
  });

  it('are filtered by profile and part of the id', async () => {
    const { get } = await setup();
    const ids = async (query: string) =>
      (await get('/v1/targets', query)).body.items.map(({ id }: { id: string }) => id);
    expect(await ids('profile=database')).toEqual(['web-00', 'web-05', 'web-10', 'web-15', 'web-20']);
    expect(await ids('search=WEB-1')).toEqual([
      'web-1',
      ...Array.from({ length: 10 }, (_, i) => `web-1${i}`),
    ]);
    expect(await ids('search=nothing')).toEqual([]);
  });
});

describe('walking the pages', () => {
  const walk = async (path: string, query: string): Promise<string[]> => {
    const { get } = await setup();
    const seen: string[] = [];
    let cursor: string | undefined;
    for (let pages = 0; pages < 200; pages++) {
      const { status, body } = await get(path, `${query}${cursor === undefined ? '' : `&cursor=${cursor}`}`);
      expect(status).toBe(200);
      seen.push(...body.items.map(({ id, target }: { id?: string; target?: string }) => id ?? target ?? ''));
      cursor = body.nextCursor;
      if (cursor === undefined) return seen;
    }
    throw new Error('the list does not end');
  };

  it.each([
    ['/v1/targets', '', 27],
    ['/v1/targets', '&profile=database', 5],
    ['/v1/targets', '&search=web-2', 5],
    ['/v1/breaches', '', 30],
    ['/v1/breaches', '&minProbability=0.5', 15],
    ['/v1/forecast-runs', '', 7],
  ])('of %s%s returns every item once, with any page size', async (path, filter, count) => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 40 }), async (limit) => {
        const seen = await walk(path, `limit=${limit}${filter}`);
        expect(seen).toHaveLength(count);
        expect(new Set(seen).size).toBe(count);
      }),
      { numRuns: 12 },
    );
  });
});

describe('series', () => {
  it('are those of the last day, or of the requested range in either notation', async () => {
    const { get } = await setup();
    const path = '/v1/targets/web-1/series';
    const day = await get(path, 'metric=cpu_percent');
    expect(Series.parse(day.body).points).toHaveLength(289);
    expect(day.body).toMatchObject({ target: 'web-1', metric: 'cpu_percent', kind: 'gauge', unit: '%' });
    expect(day.body.points.at(-1)).toEqual([NOW, 0]);
    const from = new Date((NOW - 600) * 1000).toISOString();
    const some = await get(path, `metric=cpu_percent&from=${encodeURIComponent(from)}&to=${NOW - 1}`);
    expect(some.body.points).toEqual([
      [NOW - 600, 2],
      [NOW - 300, 1],
    ]);
  });

  it.each([
    ['', 'metric'],
    ['metric=cpu_percent&from=yesterday', 'from'],
    [`metric=cpu_percent&from=${NOW}&to=${NOW - 5}`, 'from'],
    [`metric=cpu_percent&from=0&to=${NOW}`, 'from'],
    ['metric=a%23b', 'metric'],
    ['metric=cpu_percent&metric=other', 'metric'],
    ['metric=cpu_percent&form=5', 'form'],
  ])('reject %j, naming %s', async (query, field) => {
    const { get } = await setup();
    const { status, body } = await get('/v1/targets/web-1/series', query);
    expect(status).toBe(400);
    expect(Problem.parse(body).errors?.[0]).toMatchObject({ field });
  });

  it('of unknown targets and metrics do not exist', async () => {
    const { get } = await setup();
    expect((await get('/v1/targets/nowhere/series', 'metric=cpu_percent')).status).toBe(404);
    expect((await get('/v1/targets/web-1/series', 'metric=unknown')).status).toBe(404);
  });

  it('are rejected if they contain more points than a response can', async () => {
    const points = Array.from({ length: 50_100 }, (_, i) => [NOW - 80_000 + i, i] as const);
    const { get } = await setup({ blocks: memoryBlocks({ 'acme web-1': { cpu_percent: points } }) });
    const { status, body } = await get('/v1/targets/web-1/series', 'metric=cpu_percent');
    expect(status).toBe(400);
    expect(body.detail).toMatch(/50100 points/);
  });
});

describe('forecasts', () => {
  it('are those of all metrics, or of the requested one', async () => {
    const { get } = await setup();
    const all = await get('/v1/targets/web-1/forecast');
    expect(Forecasts.parse(all.body).items.map(({ metric }) => metric)).toEqual([
      'cpu_percent',
      'latency_ms',
    ]);
    const one = await get('/v1/targets/web-1/forecast', 'metric=latency_ms');
    expect(Forecast.parse(one.body)).toEqual(all.body.items[1]);
    expect(Object.keys(one.body.quantiles)).toEqual([
      '0.1',
      '0.2',
      '0.3',
      '0.4',
      '0.5',
      '0.6',
      '0.7',
      '0.8',
      '0.9',
    ]);
    expect(one.body.quantiles['0.9']).toHaveLength(96);
  });

  it('do not exist for other targets or metrics', async () => {
    const { get } = await setup();
    expect((await get(`/v1/targets/${encodeURIComponent(odd)}/forecast`)).body).toMatchObject({
      status: 404,
      detail: expect.stringContaining(odd),
    });
    expect((await get('/v1/targets/web-1/forecast', 'metric=other')).status).toBe(404);
  });
});

describe('breaches', () => {
  it('are sorted by risk, highest first, and can be filtered', async () => {
    const { get } = await setup();
    const { body } = await get('/v1/breaches', 'minProbability=0.9');
    const risks = BreachPage.parse(body).items.map(({ risk }) => risk);
    expect(risks).toEqual([...risks].sort((a, b) => b - a));
    expect(risks.every((risk) => risk >= 90)).toBe(true);
    expect((await get('/v1/breaches', 'target=t-3')).body.items).toMatchObject([{ target: 't-3' }]);
    expect((await get('/v1/breaches', 'severity=critical')).body.items).toEqual([]);
  });
});

describe('runs', () => {
  it('are listed newest first and shown by id', async () => {
    const { get } = await setup();
    const { body } = await get('/v1/forecast-runs', 'limit=2');
    expect(RunPage.parse(body).items.map(({ id }) => id)).toEqual([
      runNumbered(6).runId,
      runNumbered(5).runId,
    ]);
    const one = await get(`/v1/forecast-runs/${runNumbered(3).runId}`);
    expect(Run.parse(one.body)).toMatchObject({
      id: runNumbered(3).runId,
      status: 'RUNNING',
      failures: [],
    });
    const stopped = await get(`/v1/forecast-runs/${runNumbered(0).runId}`);
    expect(stopped.body).toMatchObject({ status: 'FAILED', error: expect.stringContaining('stopped') });
    const listed = await get('/v1/forecast-runs');
    expect(listed.body.items.map(({ status }: { status: string }) => status)).toEqual([
      ...Array.from({ length: 6 }, () => 'RUNNING'),
      'FAILED',
    ]);
    expect((await get('/v1/forecast-runs/2020-01-01T00-00-00Z-abcd')).status).toBe(404);
    expect((await get('/v1/forecast-runs/latest')).status).toBe(400);
  });
});

describe('errors', () => {
  const secured = [
    '/v1/targets',
    '/v1/targets/web-1/series',
    '/v1/targets/web-1/forecast',
    '/v1/breaches',
    '/v1/forecast-runs',
    `/v1/forecast-runs/${runNumbered(1).runId}`,
  ];

  it.each(secured)('%s needs a key', async (path) => {
    const { get, send } = await setup();
    expect(await send(httpEvent('GET', path))).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'Bearer' },
    });
    expect((await get(path, '', 'wrong')).status).toBe(401);
  });

  it.each(secured.slice(1))('%s shows another tenant nothing', async (path) => {
    const { get } = await setup();
    const { status, body } = await get(
      path,
      path.endsWith('series') ? 'metric=cpu_percent' : '',
      'key-globex',
    );
    if (status === 200) expect(body.items).toEqual([]);
    else expect(status).toBe(404);
  });

  it.each([
    ['/v1/targets', 'limit=0', 'limit'],
    ['/v1/targets', 'limit=many', 'limit'],
    ['/v1/targets', 'cursor=tampered', 'cursor'],
    ['/v1/targets', 'profile=mainframe', 'profile'],
    ['/v1/breaches', 'minProbability=2', 'minProbability'],
    ['/v1/targets/bad%20id/forecast', '', 'targetId'],
  ])('%s?%s is rejected, naming %s', async (path, query, field) => {
    const { get } = await setup();
    const { status, headers, body } = await get(path, query);
    expect(status).toBe(400);
    expect(headers).toMatchObject({ 'content-type': 'application/problem+json' });
    expect(Problem.parse(body).errors?.[0]).toMatchObject({ field });
  });

  it('rejects the cursor of another list or tenant', async () => {
    const { get } = await setup();
    const { nextCursor } = (await get('/v1/targets', 'limit=2')).body;
    expect((await get('/v1/breaches', `cursor=${nextCursor}`)).status).toBe(400);
    expect((await get('/v1/targets', `cursor=${nextCursor}`, 'key-globex')).status).toBe(400);
  });

  it.each(['POST', 'PUT', 'DELETE', 'HEAD', 'BREW'])('only GET is allowed, not %s', async (method) => {
    const { send } = await setup();
    const answer = await send(httpEvent(method, '/v1/targets'));
    expect(answer).toMatchObject({
      status: 405,
      headers: { allow: 'GET' },
      body: { code: 'method-not-allowed' },
    });
  });

  it('accepts a GET with a body and unusual headers', async () => {
    const { send } = await setup();
    const event = httpEvent('GET', '/v1/health', { body: '{}', headers: { 'x y': 'a\nb' } });
    expect((await send(event)).status).toBe(200);
  });

  it.each(['/', '/v1', '/v2/targets', '/v1/targets/a/b/c', '/v1/targets/web-1'])(
    '%s is not an address',
    async (path) => {
      const { get } = await setup();
      expect(await get(path)).toMatchObject({ status: 404, body: { code: 'not-found' } });
    },
  );

  it('rejects a path that is not encoded properly', async () => {
    const { get } = await setup();
    expect((await get('/v1/targets/%E0%A4%A/forecast')).status).toBe(400);
  });

  it('returns 500 and logs the cause, which the caller does not see', async () => {
    const boom = async () => {
      throw new TypeError('secret: table arn:aws:dynamodb');
    };
    const { get, log } = await setup({ forecasts: { get: boom } });
    const { status, body } = await get('/v1/targets/web-1/forecast');
    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toMatch(/secret|arn/);
    expect(log.lines).toMatchObject([{ level: 'error', cause: expect.any(TypeError) }]);
  });

  it('returns 503 if a dependency is down', async () => {
    const down = async () => {
      throw new DependencyUnavailableError('reading a forecast: throttled');
    };
    const { get } = await setup({ forecasts: { get: down } });
    expect((await get('/v1/targets/web-1/forecast')).status).toBe(503);
  });

  it('responds with a problem to an event that is not a request', async () => {
    const { send } = await setup();
    expect((await send({ hello: 'world' })).status).toBe(400);
  });
});
