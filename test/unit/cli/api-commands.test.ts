import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient } from '../../../cli/api-client/api-client.ts';
import { waitForRun } from '../../../cli/commands/forecasts/runs.ts';
import { FakeApi } from './fake-api.ts';
import { runCli } from './fake-terminal.ts';

const target = (id: string) => ({
  id,
  profile: 'web',
  metrics: [{ name: 'cpu_percent', kind: 'gauge' }],
  firstSeen: '2026-01-01T00:00:00Z',
  lastSeen: '2026-01-02T03:04:05Z',
  lagSeconds: 120,
  state: 'reporting',
  expectedShare: 0.995,
});
const breach = {
  target: 'web-1',
  metric: 'cpu_percent',
  profile: 'web',
  probability: 0.83,
  severity: 'critical',
  risk: 41.5,
  warningSince: '2026-01-02T01:05:00Z',
  timeToImpactSeconds: { p10: 600, p50: 2700, p90: 7200 },
  threshold: { direction: 'above', limit: 90, source: 'fixed' },
  expectedPeak: 97.2,
  reasons: [
    { kind: 'recent-climb', share: 93, text: 'it has climbed by 9 per hour' },
    { kind: 'usual-level', share: 7, text: 'its usual course leads there' },
  ],
  counterfactual: 'Without the first reason, the probability would be 3 % instead of 83 %.',
  runId: 'r1',
  issuedAt: '2026-01-02T03:05:00Z',
};
const anomaly = {
  ...{ target: 'web-1', metric: 'cpu_percent', kind: 'behavioural', value: 97.2, score: 5.41, oneIn: 5248 },
  ...{ timestamp: '2026-01-02T03:05:00.000Z', since: '2026-01-02T03:05:00.000Z' },
  ...{ parts: { seasonal: 3.7 }, expected: { lower: 31.5, upper: 58.5 }, reason: 'unusual', active: true },
};
const run = (status: string) => ({
  id: 'r1',
  status,
  trigger: 'api',
  startedAt: '2026-01-02T03:05:00Z',
  ...(status !== 'RUNNING' && { finishedAt: '2026-01-02T03:05:12Z' }),
  targets: 2,
  series: 4,
  forecasts: 3,
  breaches: 1,
  failed: 1,
  failures: [{ target: 'web-2', metric: 'disk_percent', reason: 'holds no value' }],
});

const breachesOf = (targetId: string | null) => {
  if (targetId === 'calm') return [];
  if (targetId === 'many') return Array.from({ length: 7 }, (_, i) => ({ ...breach, metric: `m${i}` }));
  if (targetId === 'unlikely') return [{ ...breach, severity: 'info', warningSince: null }];
  return [targetId === 'full' ? { ...breach, timeToImpactSeconds: { p10: 0, p50: 0, p90: 0 } } : breach];
};

const COUNTED = {
  ...{ checkedAt: '2026-01-02T03:05:00Z', lastSeen: '2026-01-02T03:04:05Z', lagSeconds: 180 },
  ...{ targets: { reporting: 8, late: 0, silent: 1, expired: 2 }, vanishedMetrics: 3, expectedShare: 0.97 },
  silence: 'nothing arrives from tenant acme',
};
const NOTHING_COUNTED = { targets: { reporting: 0, late: 0, silent: 0, expired: 0 }, vanishedMetrics: 0 };
let ingestion: object = NOTHING_COUNTED;

let asked = 0;
const api = new FakeApi({
  'GET /v1/health': () => ({ body: { status: 'ok' } }),
  'GET /v1/ingestion': () => ({ body: ingestion }),
  'GET /v1/targets': ({ query }) =>
    query.get('cursor') === null
      ? { body: { items: [target('web-1')], nextCursor: 'next' } }
      : { body: { items: [target('web-2')] } },
  'GET /v1/breaches': ({ query }) => ({
    body: { items: breachesOf(query.get('target')) },
  }),
  'GET /v1/anomalies': ({ query }) => ({
    body: {
      items:
        query.get('kind') === 'pattern'
          ? []
          : [
              anomaly,
              { ...anomaly, active: false, endedAt: '2026-01-02T04:10:00.000Z', target: 'db-2' },
              { ...anomaly, active: false, target: 'db-1', expected: undefined, silenced: 'disks' },
            ],
    },
  }),
  'GET /v1/forecast-runs': () => ({ body: { items: [run('SUCCEEDED')] } }),
  'GET /v1/forecast-runs/r1': () => ({ body: run(++asked % 2 === 1 ? 'RUNNING' : 'PARTIAL') }),
  'GET /v1/forecast-runs/r9': () => ({ body: { ...run('FAILED'), id: 'r9' } }),
  'POST /v1/forecast-runs': () => ({ status: 202, body: { id: 'r1' } }),
  'POST /v1/ingest/csv': ({ body }) =>
    body.includes('bad')
      ? {
          status: 422,
          body: {
            detail: 'a line cannot be used',
            errors: [{ field: 'line 3', message: 'value is not a number' }],
          },
        }
      : body.includes('old')
        ? {
            status: 202,
            body: {
              ...{ accepted: 1, rejected: 1 },
              errors: [{ field: 'line 3', code: 'too-old', message: 'older than the retention of 35 days' }],
            },
          }
        : { status: 202, body: { accepted: body.trimEnd().split('\n').length - 1, rejected: 0 } },
});
let connection: Record<string, string>;
beforeAll(async () => {
  connection = { FORESTALL_URL: await api.start(), FORESTALL_API_KEY: 'fsk_k' };
});
afterAll(() => api.stop());
const cli = (...words: string[]) => runCli(words, { env: connection });

describe('commands against the API', () => {
  it('targets lists every page and sends the key', async () => {
    const { code, out } = await cli('targets');
    expect(code).toBe(0);
    expect(out).toMatch(/^web-1 +web +cpu_percent .*01-02 03:04 +2 min +>99% +reporting$/m);
    expect(out).toContain('web-2');
    expect(api.seen.at(-1)?.key).toBe('fsk_k');
  });

  it('targets --json prints one object per line, as the API returned it', async () => {
    const { out } = await cli('targets', '--json');
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([target('web-1'), target('web-2')]);
  });

  it('anomalies shows the expected band and silenced anomalies', async () => {
    const { out } = await cli('anomalies', '--target', 'web-1', '--from', '2026-01-01');
    expect(api.seen.at(-1)?.query.get('from')).toBe('2026-01-01');
    expect(out).toMatch(/01-02 03:05-now +web-1 +cpu_percent +behavioural .*5\.4 .*97\.2 +31\.5 to 58\.5/);
    expect(out).toMatch(/01-02 03:05-04:10 +db-2 /);
    expect(out).toMatch(/01-02 03:05-\? +db-1 +cpu_percent +silenced /);
    await cli('anomalies', '--active');
    expect(api.seen.at(-1)?.query.get('active')).toBe('true');
    expect((await cli('anomalies', 'list', '--kind', 'pattern')).out).toBe('no anomaly found\n');
    const lines = (await cli('anomalies', '--json')).out.trimEnd().split('\n');
    expect(JSON.parse(lines[0] ?? '')).toEqual(anomaly);
    expect((await cli('anomalies', '--kind', 'odd')).code).toBe(2);
  });

  it('breaches shows probability, risk, time, limit, and how long a warning stands', async () => {
    const { out } = await cli('breaches', '--severity', 'critical', '--min-probability', '0.5');
    expect(out).toMatch(/^web-1 +cpu_percent +critical +2 h +83% +41\.5 +45 min +> 90$/m);
    expect(out).toMatch(
      /\n\nweb-1 cpu_percent:\n {3}93 % {2}it has climbed by 9 per hour\n {4}7 % {2}its usual/,
    );
    expect(out).toMatch(/\n {2}Without the first reason, .*\.\n$/);
    expect(api.seen.at(-1)?.query.toString()).toBe('minProbability=0.5&severity=critical&limit=50');
    const many = (await cli('breaches', '--target', 'many')).out;
    expect(many.match(/^web-1 m\d:$/gm)).toEqual([
      'web-1 m0:',
      'web-1 m1:',
      'web-1 m2:',
      'web-1 m3:',
      'web-1 m4:',
    ]);
    expect(many).toMatch(/\n2 more warnings: --target or --json shows why\n$/);
    expect((await cli('breaches', '--target', 'calm')).out).toBe('no breaches predicted\n');
    expect((await cli('breaches', '--target', 'full')).out).toMatch(/ 83% +41\.5 +now +> 90$/m);
    expect((await cli('breaches', '--target', 'unlikely')).out).toMatch(/ info +- +83% /);
  });

  it('status shows a summary', async () => {
    const { out } = await cli('status');
    expect(out).toContain('health    ok');
    expect(out).toContain('targets   2');
    expect(out).toContain('breaches  1 critical, 0 warning, 0 info');
    const { out: json } = await cli('status', '--json');
    expect(JSON.parse(json)).toMatchObject({ health: 'ok', targets: 2, lastRun: { id: 'r1' } });
  });

  it('status shows what arrives, as the last check counted it', async () => {
    ingestion = COUNTED;
    const { out } = await cli('status');
    const { out: json } = await cli('status', '--json');
    ingestion = NOTHING_COUNTED;
    expect(out).toContain('targets   11 (8 reporting, 1 silent, 2 expired)');
    expect(out).toContain('arrivals  newest point 3 min ago, 97% of the expected points, 3 vanished metrics');
    expect(out).toContain('nothing arrives from tenant acme');
    expect(JSON.parse(json)).toMatchObject({ targets: 11, ingestion: COUNTED });
  });

  it('runs lists, shows and starts runs, and waits for them', async () => {
    expect((await cli('runs')).out).toMatch(/^r1 +SUCCEEDED +api +12 s/m);
    expect((await cli('runs', 'list', '--json')).out).toBe(`${JSON.stringify(run('SUCCEEDED'))}\n`);
    expect((await cli('runs', 'start')).out).toBe('r1\n');
    expect((await cli('runs', 'start', '--json')).out).toBe('{"id":"r1"}\n');
    asked = 1;
    const waited = await cli('runs', 'start', '--wait', '--timeout', '20');
    expect(waited).toMatchObject({ code: 0, err: '' });
    expect(waited.out).toContain('PARTIAL');
    expect(waited.out).toContain('web-2 disk_percent: holds no value');
    expect(JSON.parse((await cli('runs', 'show', 'r9', '--json')).out).status).toBe('FAILED');
  });

  it('keeps polling while a run is not stored or RUNNING, until the timeout', async () => {
    const client = new ApiClient({ url: connection.FORESTALL_URL!, apiKey: 'k' });
    let time = 0;
    const sleep = async (milliseconds: number) => {
      time += milliseconds;
    };
    asked = 0;
    expect((await waitForRun(client, 'r1', 60, sleep, () => time)).status).toBe('PARTIAL');
    expect(time).toBe(1000);
    await expect(waitForRun(client, 'unknown', 5, sleep, () => time)).rejects.toThrow(
      'did not end within 5 s',
    );
  });

  it('ingest sends a file and sums the counts of the API', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'forestall-')), 'ec2_cpu_utilization_1.csv');
    writeFileSync(file, 'timestamp,value\n60,1\n120,2\n');
    const { code, out } = await cli('ingest', file);
    expect({ code, out }).toEqual({
      code: 0,
      out: 'sent 2 points of 1 file in 1 request: 2 accepted, 0 rejected\n',
    });
    expect(api.seen.at(-1)?.body).toBe(
      'timestamp,target,metric,value\n60,ec2_1,cpu_utilization,1\n120,ec2_1,cpu_utilization,2\n',
    );
    const json = await cli('ingest', file, '--json');
    expect(JSON.parse(json.out)).toEqual({
      files: 1,
      requests: 1,
      points: 2,
      counts: { accepted: 2, rejected: 0 },
    });
  });

  it('ingest names the file and its line if the API rejects a point', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'forestall-')), 'x.csv');
    writeFileSync(file, 'timestamp,series,value\n\n60,good,1\n120,bad,2\n');
    const { code, err } = await cli('ingest', file);
    expect(code).toBe(1);
    expect(err).toBe(
      'forestall: x.csv: POST /v1/ingest/csv: 422 a line cannot be used\n  line 4: value is not a number\n',
    );
  });

  it('ingest says what an accepted request lost, and where', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'forestall-')), 'x.csv');
    writeFileSync(file, 'timestamp,series,value\n\n60,good,1\n120,old,2\n');
    const { code, out, err } = await cli('ingest', file);
    expect({ code, out, err }).toEqual({
      code: 0,
      out: 'sent 2 points of 1 file in 1 request: 1 accepted, 1 rejected\n',
      err: 'forestall: x.csv: line 4: older than the retention of 35 days\n',
    });
    const json = await cli('ingest', file, '--json');
    expect(JSON.parse(json.out)).toMatchObject({ errors: [{ file: 'x.csv', code: 'too-old' }] });
  });

  it('fails with one message if an ID is unknown', async () => {
    const { code, err, out } = await cli('runs', 'show', 'nope');
    expect({ code, err, out }).toEqual({
      code: 1,
      err: 'forestall: GET /v1/forecast-runs/nope: 404 Not found (check the id, and --url)\n',
      out: '',
    });
  });

  it('requires the address of the API', async () => {
    const { code, err } = await runCli(['status'], {
      env: { FORESTALL_URL: 'nowhere', FORESTALL_API_KEY: 'k' },
    });
    expect(code).toBe(2);
    expect(err).toContain('--url: found "nowhere", expected an http or https address');
  });
});
