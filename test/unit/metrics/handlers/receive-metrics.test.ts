import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { IngestCounts } from '../../../../core/metrics/api/ingestion.ts';
import { DependencyUnavailableError } from '../../../../core/shared/errors.ts';
import { IngestionWorld, watched } from '../../../fakes/metrics.ts';
import { sampleKey } from '../../../fixtures/identities.ts';
import { NOW, NOW_SECONDS } from '../../../fixtures/ingestion/decoding.ts';
import { deliver, storeHandler } from '../../../fixtures/ingestion/queued.ts';
import { eventOf, KEY, receiveHandler, send } from '../../../harness/receive-handler.ts';

const T = NOW_SECONDS;
const point = (some: Record<string, unknown> = {}) => ({
  target: 'a',
  metric: 'm',
  timestamp: T,
  value: 1,
  ...some,
});
const points = (...all: Record<string, unknown>[]) => ({ points: all.map(point) });

/** A rejected request stores nothing and states the reason. */
const expectProblem = async (
  sent: Parameters<typeof send>[1],
  status: number,
  code: string,
  field?: string,
) => {
  const world = new IngestionWorld();
  const { status: found, headers, json } = await send(world, sent);
  expect(found).toBe(status);
  expect(headers['content-type']).toBe('application/problem+json');
  expect(json).toMatchObject({ type: `https://forestall.dev/problems/${code}`, status, code });
  expect(json).toHaveProperty('title');
  if (field !== undefined) expect(json).toHaveProperty('errors[0].field', field);
  expect(world.objects.size + world.queued.length).toBe(0);
  return { world, json };
};

describe('receive-metrics', () => {
  it('counts series that several resources share, and says in what they differ', async () => {
    const world = new IngestionWorld();
    const resource = (pid: string) => ({
      resource: {
        attributes: [
          { key: 'host.name', value: { stringValue: 'h' } },
          { key: 'process.pid', value: { intValue: pid } },
        ],
      },
      scopeMetrics: [
        { metrics: [{ name: 'm', gauge: { dataPoints: [{ timeUnixNano: `${T}000000000`, asDouble: 1 }] } }] },
      ],
    });
    const body = JSON.stringify({ resourceMetrics: [resource('1'), resource('2')] });
    const headers = { 'content-type': 'application/json' };
    const { status, json } = await send(world, { format: 'otlp', body, headers });
    expect(status).toBe(200);
    expect(json).toMatchObject({ accepted: 1, collisions: 1, errors: [{ code: 'shared-series' }] });
  });

  it('answers 202 with the counts of what it accepted', async () => {
    const world = new IngestionWorld();
    const body = points(
      {},
      { timestamp: T - 1 },
      { timestamp: T - 1, value: 2 },
      { target: 'b' },
      { value: null },
      { timestamp: 0 },
    );
    const { status, json } = await send(world, { body });
    expect(status).toBe(202);
    expect(json).toEqual({
      requestId: 'JKJaX-mP_v',
      accepted: 3,
      duplicates: 1,
      missing: 1,
      rejected: 1,
      unsupported: 0,
      collisions: 0,
      errors: [{ field: 'points[5]', code: 'too-old', message: 'older than the retention of 35 days' }],
      series: 2,
      targets: 2,
    });
    expect(IngestCounts.strict().parse(json), 'as the OpenAPI document says').toEqual(json);
    expect(Object.fromEntries(world.counted)).toEqual({ DataRefused: 1 });
  });

  it('stores the bytes as received and queues a pointer that decodes to the same series', async () => {
    const world = new IngestionWorld();
    const body = gzipSync(`timestamp,value\n${T},5\n`);
    const { status } = await send(world, {
      format: 'csv',
      body,
      headers: { 'content-encoding': 'gzip', 'content-type': 'text/csv' },
      query: { target: 'a', metric: 'm' },
    });
    expect(status).toBe(202);
    const key = 'raw/tenant=acme/date=2026-11-21/JKJaX-mP_v.csv.gz';
    expect(Buffer.from(world.objects.get(key)!)).toEqual(body);
    expect(world.queued).toEqual([
      {
        tenantId: 'acme',
        requestId: 'JKJaX-mP_v',
        key,
        format: 'csv',
        contentType: 'text/csv',
        gzip: true,
        receivedAt: NOW,
        query: { target: 'a', metric: 'm' },
      },
    ]);
    expect(await deliver(world, [{ messageId: 'm', body: JSON.stringify(world.queued[0]) }])).toEqual([]);
    expect(world.points()).toEqual([`acme a m ${T} 5`]);
  });

  it('neither loses nor duplicates points if it fails between object and pointer and the sender retries', async () => {
    const world = new IngestionWorld();
    world.hooks.before = (what) => {
      if (what.startsWith('send')) throw new DependencyUnavailableError('SQS');
    };
    const first = await send(world, { body: points({}), requestId: 'one' });
    expect(first).toMatchObject({ status: 503, json: { code: 'temporarily-unavailable' } });
    expect(first.headers['retry-after']).toBe('5');
    world.hooks.before = () => {};
    expect((await send(world, { body: points({}), requestId: 'two' })).status).toBe(202);
    expect((await send(world, { body: points({}), requestId: 'three' })).status).toBe(202);
    const messages = world.queued.map((pointer) => ({
      messageId: pointer.requestId,
      body: JSON.stringify(pointer),
    }));
    expect(messages).toHaveLength(2);
    expect(await deliver(world, messages)).toEqual([]);
    expect(world.points()).toEqual([`acme a m ${T} 1`]);
  });

  it('queues no pointer to an object that could not be stored', async () => {
    const world = new IngestionWorld();
    world.hooks.before = (what) => {
      if (what.startsWith('put')) throw new DependencyUnavailableError('S3');
    };
    expect((await send(world, { body: points({}) })).status).toBe(503);
    expect(world.queued).toEqual([]);
  });

  it('accepts an OTLP request without data and stores nothing', async () => {
    const world = new IngestionWorld();
    const sent = { format: 'otlp', headers: { 'content-type': 'application/json' }, body: '{}' };
    expect(await send(world, sent)).toMatchObject({ status: 200, json: { accepted: 0 } });
    expect(world.objects.size + world.queued.length).toBe(0);
  });

  it('accepts an API key in x-api-key', async () => {
    const event = eventOf({ body: points({}), headers: { 'x-api-key': KEY } });
    expect((await receiveHandler(new IngestionWorld())(event)).statusCode).toBe(202);
  });

  it('rejects a missing or unknown key', async () => {
    await expectProblem({ headers: { authorization: '' }, body: points({}) }, 401, 'unauthorized');
    const other = sampleKey('acme', 4).text;
    await expectProblem({ headers: { authorization: `Bearer ${other}` } }, 401, 'unauthorized');
  });

  it('answers 503, not 401, if keys cannot be looked up', async () => {
    const world = new IngestionWorld();
    const handler = receiveHandler(world, undefined, async () => {
      throw new DependencyUnavailableError('DynamoDB');
    });
    expect((await handler(eventOf({}))).statusCode).toBe(503);
    expect(world.counted.get('RequestsFailed')).toBe(1);
  });

  it.each([
    ['an empty body', { body: '' }, 400, 'malformed-body', undefined],
    ['an empty CSV file', { format: 'csv', body: '' }, 400, 'malformed-body', undefined],
    ['half a body', { body: '{"points":' }, 400, 'malformed-body', undefined],
    ['NaN in JSON', { body: '{"points":[{"value":NaN}]}' }, 400, 'malformed-body', undefined],
    [
      'broken gzip',
      { body: Uint8Array.from([31, 139, 0]), headers: { 'content-encoding': 'gzip' } },
      400,
      'malformed-body',
      undefined,
    ],
    [
      'broken protobuf',
      { format: 'otlp', body: 'garbage', headers: { 'content-type': 'application/x-protobuf' } },
      400,
      'malformed-body',
      undefined,
    ],
    ["another tenant's id", { body: { tenant: 'rival', ...points({}) } }, 403, 'tenant-mismatch', 'tenant'],
    ['an unknown format', { format: 'xml', body: '<a/>' }, 404, 'unknown-format', undefined],
    [
      'an object property for a format',
      { format: 'constructor', body: '' },
      404,
      'unknown-format',
      undefined,
    ],
    [
      'ten megabytes of garbage',
      { body: new Uint8Array(10_000_000).fill(0xa7) },
      413,
      'body-too-large',
      undefined,
    ],
    [
      'a gzip bomb',
      { body: gzipSync(new Uint8Array(40_000_000)), headers: { 'content-encoding': 'gzip' } },
      413,
      'body-too-large',
      undefined,
    ],
    [
      'an unknown encoding',
      { body: points({}), headers: { 'content-encoding': 'br' } },
      415,
      'unsupported-encoding',
      undefined,
    ],
    [
      'OTLP of an unknown type',
      { format: 'otlp', body: '', headers: { 'content-type': 'text/plain' } },
      415,
      'unsupported-content-type',
      undefined,
    ],
    ['wrong columns', { format: 'csv', body: 'time,cpu\n1,2\n' }, 422, 'invalid-content', 'line 1'],
    [
      'a bad row',
      { format: 'csv', body: `timestamp,target,metric,value\n${T},a,m,high\n` },
      422,
      'invalid-content',
      'line 2',
    ],
    ['a bad target', { body: points({ target: 'a b' }) }, 422, 'invalid-content', 'points[0].target'],
    ['nothing but missing values', { body: points({ value: 'NaN' }) }, 422, 'no-usable-points', undefined],
    ['nothing but infinities', { body: points({ value: 'Infinity' }) }, 422, 'no-usable-points', 'points[0]'],
    [
      'nothing but 1970',
      { body: points({ timestamp: '1970-01-01T00:00:00Z' }) },
      422,
      'no-usable-points',
      'points[0]',
    ],
    [
      'nothing but the future',
      { body: points({ timestamp: '2030-01-01T00:00:00Z' }) },
      422,
      'no-usable-points',
      'points[0]',
    ],
  ] as const)('refuses %s', async (_, sent, status, code, field) => {
    const { world } = await expectProblem(sent, status, code, field);
    if (code !== 'unknown-format' && code !== 'unsupported-encoding')
      expect(world.counted.get('RequestsRejected')).toBe(1);
  });

  it('explains that the gateway mistook a gzip body for text', async () => {
    const sent = {
      body: '\u001f\ufffd',
      headers: { 'content-encoding': 'gzip', 'content-type': 'application/json' },
    };
    const { json } = await expectProblem(sent, 415, 'unsupported-encoding');
    expect(json).toHaveProperty('detail', expect.stringContaining('send application/gzip'));
  });

  it('accepts mixed steps and duplicate keys, as documented', async () => {
    const body = points(
      { timestamp: T - 100 },
      { timestamp: T - 90 },
      { timestamp: T - 5 },
      { value: 1 },
      { value: 2 },
    );
    expect((await send(new IngestionWorld(), { body })).json).toMatchObject({ accepted: 4, duplicates: 1 });
  });

  it('answers 429 until the next minute after the quota is exhausted, counting every point sent', async () => {
    const world = new IngestionWorld();
    world.quotaLeft = 10;
    const body = points({}, { value: null }, { timestamp: 0 });
    const handler = receiveHandler(world, () => NOW + 14_500);
    expect((await handler(eventOf({ body }))).statusCode).toBe(202);
    const answer = await handler(eventOf({ body }));
    expect(answer).toMatchObject({ statusCode: 429, headers: { 'retry-after': '46' } });
    expect(world.queued).toHaveLength(1);
    expect(world.counted.get('RequestsOverQuota')).toBe(1);
    // The runbook finds the tenant by this line.
    expect(world.logged.at(-1)).toMatchObject({
      message: 'Request over quota',
      fields: { tenantId: 'acme' },
    });
  });

  it('charges a refused request for its bytes, because reading them was work', async () => {
    const world = new IngestionWorld();
    world.quotaLeft = 100;
    await send(world, { body: points({ target: 'a b' }, {}) });
    expect(world.quotaLeft).toBe(99);
    const headers = { 'content-encoding': 'gzip', 'content-type': 'application/gzip' };
    await send(world, { body: gzipSync(`{"points":[],"profiles":"${'x'.repeat(50_000)}"}`), headers });
    expect(world.quotaLeft).toBe(48);
    await send(world, { body: new Uint8Array(2_000), headers });
    expect(world.quotaLeft, 'no gzip: what was sent').toBe(46);
  });

  it('charges a request over the quota for its bytes', async () => {
    const world = new IngestionWorld();
    world.quotaLeft = 2;
    const { status } = await send(world, { body: points({}, {}, {}) });
    expect([status, world.quotaLeft]).toEqual([429, 1]);
  });

  it('rejects without reading once the minute is spent', async () => {
    const world = new IngestionWorld();
    world.quotaLeft = 0;
    const { status, headers } = await send(world, { body: 'no JSON' });
    expect([status, headers['retry-after']]).toEqual([429, '60']);
    expect(world.counted.get('RequestsOverQuota')).toBe(1);
  });

  it('still answers if a refused request cannot be charged', async () => {
    const world = new IngestionWorld();
    world.quotas.charge = async () => {
      throw new DependencyUnavailableError('down');
    };
    expect((await send(world, { body: 'no JSON' })).status).toBe(400);
    expect(world.logged).toContainEqual(
      expect.objectContaining({ message: 'cannot charge a refused request' }),
    );
  });

  it.each(['text/csv\u0007', 'text/csv; name=\u0101', `text/csv;${'x'.repeat(300)}`])(
    'rejects the content type %j, which nothing could store',
    async (contentType) => {
      const body = `timestamp,target,metric,value\n${T},a,m,1\n`;
      const sent = { format: 'csv', body, headers: { 'content-type': contentType } };
      await expectProblem(sent, 415, 'unsupported-content-type');
    },
  );

  it('accepts the points that fit into the hour of a target, and names those that do not', async () => {
    const world = new IngestionWorld();
    const rows = Array.from({ length: 8 }, (_, metric) =>
      Array.from({ length: 3_000 }, (_, i) => `${T - 3600 + i},a,m${metric},${i}`).join('\n'),
    );
    const sent = { format: 'csv', body: `timestamp,target,metric,value\n${rows.join('\n')}\n` };
    const { status, json } = await send(world, sent);
    expect(status).toBe(202);
    expect(json).toMatchObject({
      accepted: 20_000,
      rejected: 4_000,
      errors: [
        {
          field: 'target a',
          code: 'too-many-points',
          message: expect.stringContaining('24000 points of one hour'),
        },
      ],
    });
    const { batchItemFailures } = await storeHandler(world)({
      Records: world.queued.map((pointer, i) => ({ messageId: `m${i}`, body: JSON.stringify(pointer) })),
    });
    expect(batchItemFailures).toEqual([]);
    expect(world.points()).toHaveLength(20_000);
    expect(world.quarantined(), 'nothing is parked').toEqual([]);
  });

  it('accepts the metrics that a target can list, and names one that it cannot', async () => {
    const world = new IngestionWorld();
    const rows = Array.from({ length: 1_600 }, (_, i) => `${T},a,m${String(i).padStart(4, '0')},1`);
    const sent = { format: 'csv', body: `timestamp,target,metric,value\n${rows.join('\n')}\n` };
    const { status, json } = await send(world, sent);
    expect([status, json]).toMatchObject([
      202,
      {
        accepted: 1_000,
        rejected: 600,
        series: 1_000,
        errors: [{ field: 'target a', code: 'too-many-metrics', message: expect.stringContaining('m1000') }],
      },
    ]);
  });

  it('draws at least ten points for each hour of a target, and refuses too many of them', async () => {
    const world = new IngestionWorld();
    world.quotaLeft = 1_000;
    const hours = (count: number) =>
      points(...Array.from({ length: count }, (_, i) => ({ target: `t${i % 20}`, timestamp: T - 3600 * i })));
    await send(world, { body: hours(40) });
    expect(world.quotaLeft).toBe(600);
    world.quotaLeft = Number.POSITIVE_INFINITY;
    const many = Array.from(
      { length: 10_001 },
      (_, i) => `${T - 3600 * (i % 800)},t${Math.floor(i / 800)},m,1`,
    );
    const sent = { format: 'csv', body: `timestamp,target,metric,value\n${many.join('\n')}\n` };
    const { status, json } = await send(world, sent);
    expect(status).toBe(413);
    expect(json).toMatchObject({ detail: expect.stringContaining('points of 10001 hours of targets') });
  });

  it('refuses new targets beyond the quota of the day, accepts the others and says so', async () => {
    const world = new IngestionWorld();
    world.known.set('acme known', watched('known'));
    world.usedUp.add('newTargetsPerDay');
    const mixed = await send(world, { body: points({ target: 'known' }, { target: 'new' }) });
    expect([mixed.status, mixed.json]).toMatchObject([
      202,
      {
        accepted: 1,
        rejected: 1,
        targets: 1,
        errors: [{ field: 'target new', code: 'too-many-new-targets' }],
      },
    ]);
    expect(world.queued).toMatchObject([{ refusedTargets: ['new'] }]);
    expect(world.counted.get('RequestsOverQuota')).toBe(1);
    await storeHandler(world)({ Records: [{ messageId: 'm', body: JSON.stringify(world.queued[0]) }] });
    expect(world.points().map((point) => point.split(' ')[1])).toEqual(['known']);
    const alone = await send(world, { body: points({ target: 'new' }) });
    expect(alone.status).toBe(429);
    expect(Number(alone.headers['retry-after'])).toBeGreaterThan(60);
  });

  it('logs and counts requests with refused points, so that the owner sees a sender that goes on', async () => {
    const world = new IngestionWorld();
    await send(world, { body: points({}) });
    expect(world.counted.get('DataRefused')).toBeUndefined();
    await send(world, { body: points({}, { timestamp: 0 }, { timestamp: 5 }) });
    // The runbook finds the tenant and the reason by this line.
    expect(world.logged).toContainEqual(
      expect.objectContaining({
        message: 'Points refused',
        fields: expect.objectContaining({
          tenantId: 'acme',
          rejected: 2,
          code: 'too-old',
          reason: expect.stringContaining('older than the retention of 35 days'),
        }),
      }),
    );
    await send(world, { body: 'no JSON' });
    expect(world.counted.get('DataRefused')).toBe(2);
    expect(world.logged).toContainEqual(
      expect.objectContaining({
        message: 'Request rejected',
        fields: expect.objectContaining({ tenantId: 'acme' }),
      }),
    );
  });

  it('accepts points while the table of targets cannot say which are new, and counts it', async () => {
    const world = new IngestionWorld();
    world.usedUp.add('newTargetsPerDay');
    world.targets.findNew = async () => {
      throw new DependencyUnavailableError('reading items: throttled');
    };
    expect((await send(world, { body: points({}) })).status).toBe(202);
    expect(world.counted.get('QuotasUnchecked')).toBe(1);
    expect(world.logged).toContainEqual(
      expect.objectContaining({
        message: 'a quota is not checked',
        fields: { tenantId: 'acme', quota: 'newTargetsPerDay' },
      }),
    );
  });

  it('keeps only the query parameters that the format reads', async () => {
    const world = new IngestionWorld();
    const query = { x: '\uffff', target: 'a', metric: 'm' };
    const { status } = await send(world, { format: 'csv', body: `timestamp,value\n${T},1\n`, query });
    expect(status).toBe(202);
    expect(JSON.stringify(world.queued)).not.toMatch(/\uffff/);
  });

  it('rejects names in the query that nothing could store', async () => {
    const sent = {
      format: 'csv',
      body: `timestamp,value\n${T},1\n`,
      query: { target: 'a', metric: '\uffff' },
    };
    await expectProblem(sent, 400, 'invalid-request', 'metric');
    await expectProblem({ format: 'otlp', body: {}, query: { identity: 'a\uffff' } }, 400, 'invalid-request');
  });

  it('sends a short response to any request', async () => {
    const world = new IngestionWorld();
    const profiles = { ['x'.repeat(4_000_000)]: 'web' };
    const { status, answer } = await send(world, { body: { points: [], profiles } });
    expect(status).toBe(422);
    expect(answer.body.length).toBeLessThan(5_000);
    expect(JSON.stringify(world.logged).length).toBeLessThan(5_000);
  });

  it('answers 500 to an unknown error, which it logs and counts, so that the alarm is raised', async () => {
    const world = new IngestionWorld();
    world.raw.put = async () => {
      throw new TypeError('bug');
    };
    const { status, json } = await send(world, { body: points({}) });
    expect([status, JSON.stringify(json)]).toEqual([500, expect.not.stringContaining('bug')]);
    expect(json).toMatchObject({ code: 'internal-error' });
    expect(world.logged).toMatchObject([
      { level: 'error', message: 'request failed', fields: { tenantId: 'acme' } },
    ]);
    expect(world.counted.get('RequestsFailed')).toBe(1);
  });

  it('rejects an event that is not from an HTTP API', async () => {
    const { statusCode, body } = await receiveHandler(new IngestionWorld())({ Records: [] });
    expect([statusCode, JSON.parse(body)]).toEqual([
      400,
      expect.objectContaining({ code: 'invalid-request' }),
    ]);
  });

  it('never logs a key or a value', async () => {
    const world = new IngestionWorld();
    await send(world, { body: points({ value: 987_654 }) });
    await send(world, { body: points({ target: 'a b' }) });
    expect(JSON.stringify(world.logged)).not.toMatch(/fsk_|987654/);
    expect(world.logged).toHaveLength(2);
  });
});
