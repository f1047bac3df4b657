import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ApiClient } from '../../../cli/api-client/api-client.ts';
import { ApiRequestError, ApiUnreachableError } from '../../../cli/api-client/api-error.ts';
import { delayBefore, type HttpOptions, retryAfterMilliseconds } from '../../../cli/api-client/http.ts';

interface Sent {
  readonly url: URL;
  readonly init: RequestInit;
}

/** A client whose server responds from a list; the last response repeats. */
const clientOf = (answers: readonly (Response | Error)[], options: Partial<HttpOptions> = {}) => {
  const sent: Sent[] = [];
  const waits: number[] = [];
  const client = new ApiClient({
    url: 'http://api.test/base/',
    apiKey: 'fsk_test',
    random: () => 0.5,
    sleep: async (milliseconds) => {
      waits.push(milliseconds);
    },
    fetch: async (url, init) => {
      const answer = answers[Math.min(sent.length, answers.length - 1)]!;
      sent.push({ url: new URL(String(url)), init: init ?? {} });
      if (answer instanceof Error) throw answer;
      return answer.clone();
    },
    ...options,
  });
  return { client, sent, waits };
};
const json = (body: unknown, status = 200, headers = {}): Response =>
  new Response(JSON.stringify(body), { status, headers });
const target = {
  id: 'web-1',
  profile: 'web',
  metrics: [{ name: 'cpu_percent', kind: 'gauge' }],
  firstSeen: '2026-01-01T00:00:00Z',
  lastSeen: '2026-01-02T00:00:00Z',
  lagSeconds: 120,
  state: 'reporting',
  expectedShare: 0.995,
};
const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
};

describe('the API client', () => {
  it('sends the key and keeps the base path', async () => {
    const { client, sent } = clientOf([json({ status: 'ok' })]);
    expect((await client.health()).status).toBe('ok');
    expect(sent[0]?.url.href).toBe('http://api.test/base/v1/health');
    expect(new Headers(sent[0]?.init.headers).get('authorization')).toBe('Bearer fsk_test');
  });

  it('follows cursors to the end, and stops early if requested', async () => {
    const pages = [json({ items: [target, target], nextCursor: 'c1' }), json({ items: [target] })];
    const whole = clientOf(pages);
    expect((await all(whole.client.targets({ profile: 'web', search: undefined }))).length).toBe(3);
    expect(whole.sent[1]?.url.search).toBe('?profile=web&limit=100&cursor=c1');
    const part = clientOf(pages);
    expect((await all(part.client.targets({ most: 2 }))).length).toBe(2);
    expect(part.sent.length).toBe(1);
    expect(part.sent[0]?.url.searchParams.get('limit')).toBe('2');
  });

  it('does not compress a body with a text type, because gateways damage gzip under it', async () => {
    const { client, sent } = clientOf([json({ accepted: 1 }, 202)]);
    await client.ingest({ format: 'otlp', body: '{"resourceMetrics":[]}', contentType: 'application/json' });
    const { init } = sent[0]!;
    expect(new Headers(init.headers).has('content-encoding')).toBe(false);
    expect(Buffer.from(init.body as Uint8Array).toString()).toBe('{"resourceMetrics":[]}');
  });

  it('compresses what it ingests and sets the encoding', async () => {
    const { client, sent } = clientOf([json({ accepted: 1 }, 202)]);
    await client.ingest({ format: 'csv', body: 'timestamp,value\n', query: { target: 't', metric: 'm' } });
    const { url, init } = sent[0]!;
    expect(url.pathname + url.search).toBe('/base/v1/ingest/csv?target=t&metric=m');
    expect(new Headers(init.headers).get('content-encoding')).toBe('gzip');
    expect(new Headers(init.headers).get('content-type')).toBe('application/gzip');
    expect(gunzipSync(init.body as Uint8Array).toString()).toBe('timestamp,value\n');
  });

  it('percent-encodes ids in paths', async () => {
    const series = { target: 'a/b c', metric: 'm', kind: 'gauge', points: [[60, 1]] };
    const { client, sent } = clientOf([json(series)]);
    await client.series('a/b c', 'm', '2026-01-01T00:00:00Z');
    expect(sent[0]?.url.pathname).toBe('/base/v1/targets/a%2Fb%20c/series');
    expect(sent[0]?.url.searchParams.get('from')).toBe('2026-01-01T00:00:00Z');
  });

  it('retries 429 and 503 after the requested delay, then succeeds', async () => {
    const busy = [json({}, 429, { 'retry-after': '2' }), json({}, 503), json({ id: 'r1' }, 202)];
    const { client, sent, waits } = clientOf(busy);
    expect((await client.startRun('key')).id).toBe('r1');
    expect(waits).toEqual([2150, 300]);
    expect(new Headers(sent[2]?.init.headers).get('idempotency-key')).toBe('key');
  });

  it('fails at once if the quota of an hour or a day is used up', async () => {
    const { client, sent, waits } = clientOf([
      json({ detail: 'The runs of this hour are used up' }, 429, { 'retry-after': '1800' }),
    ]);
    await expect(client.startRun('key')).rejects.toThrow('The runs of this hour are used up');
    expect([sent.length, waits]).toEqual([1, []]);
  });

  it('retries lost connections, and gives up with the address after the last attempt', async () => {
    const lost = new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') });
    const { client, sent } = clientOf([lost], { attempts: 3 });
    await expect(client.health()).rejects.toThrow(
      'GET /v1/health: no response from http://api.test/base/: connect',
    );
    expect(sent.length).toBe(3);
  });

  it('reports each wait', async () => {
    const reasons: string[] = [];
    const { client } = clientOf([json({}, 503), json({ status: 'ok' })], {
      onRetry: (reason) => reasons.push(reason),
    });
    await client.health();
    expect(reasons).toEqual(['GET /v1/health: 503 {}']);
  });

  it('does not retry what can never succeed, and reports the invalid fields', async () => {
    const errors = Array.from({ length: 7 }, (_, i) => ({
      field: `points[${i}].value`,
      code: 'x',
      message: 'bad',
    }));
    const problem = { title: 'Unusable', detail: 'no point can be used', code: 'unusable', errors };
    const { client, sent } = clientOf([json(problem, 422)]);
    const error = await client.ingest({ format: 'json', body: '{}' }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ApiRequestError);
    expect(error).toMatchObject({ name: 'ApiRequestError', status: 422, code: 'unusable' });
    expect((error as Error).message).toBe(
      [
        'POST /v1/ingest/json: 422 no point can be used',
        ...[0, 1, 2, 3, 4].map((i) => `  points[${i}].value: bad`),
        '  and 2 more',
      ].join('\n'),
    );
    expect(sent.length).toBe(1);
  });

  it('does not repeat an invalid field that is the whole reason', async () => {
    const problem = { detail: 'no StackName', errors: [{ field: 'body', message: 'no StackName' }] };
    const { client } = clientOf([json(problem, 422)]);
    await expect(client.ingest({ format: 'json', body: '{}' })).rejects.toThrow(
      /^POST \/v1\/ingest\/json: 422 no StackName$/,
    );
  });

  it('gives a hint if the key is rejected', async () => {
    const { client } = clientOf([json({ title: 'Unauthorised' }, 401)]);
    await expect(client.run('r')).rejects.toThrow('401 Unauthorised (set the key with FORESTALL_API_KEY');
  });

  it('rejects a response of another shape, and one that is not JSON', async () => {
    await expect(
      clientOf([json({ items: [{ id: 1 }] })])
        .client.targets()
        .next(),
    ).rejects.toThrow('unexpected response');
    const page = clientOf([new Response('<html>', { status: 200 })]);
    await expect(page.client.health()).rejects.toBeInstanceOf(ApiUnreachableError);
    expect(page.sent.length).toBe(1);
  });

  it('reads one forecast or a list of them alike', async () => {
    const forecast = {
      target: 't',
      metric: 'm',
      runId: 'r',
      issuedAt: '2026-01-01T00:00:00Z',
      start: '2026-01-01T00:05:00Z',
      stepSeconds: 300,
      horizon: 1,
      quantiles: { '0.5': [1] },
      mean: [1],
      model: 'e',
      reason: 'r',
      warnings: [],
      newerField: 'kept',
      threshold: { direction: 'above', limit: 9, source: 'fixed' },
      breach: { probability: 0.5, timeToImpactSeconds: null, expectedShareBeyond: 0.1, severity: 'info' },
    };
    expect(await clientOf([json(forecast)]).client.forecasts('t', 'm')).toEqual([forecast]);
    expect((await clientOf([json({ items: [forecast, forecast] })]).client.forecasts('t')).length).toBe(2);
  });
});

describe('waiting before a retry', () => {
  it('grows, stays bounded, and never ends earlier than the server requests', () => {
    expect([0, 1, 2, 20].map((attempt) => delayBefore(attempt, undefined, () => 1))).toEqual([
      300, 600, 1200, 20_000,
    ]);
    expect(delayBefore(0, 5000, () => 0)).toBe(5000);
  });

  it('reads Retry-After in seconds and ignores the rest', () => {
    expect(['3', '0', '9999', 'soon', '', null].map(retryAfterMilliseconds)).toEqual([
      3000,
      0,
      9_999_000,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
