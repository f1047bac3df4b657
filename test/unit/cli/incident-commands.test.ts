import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeApi } from './fake-api.ts';
import { runCli } from './fake-terminal.ts';

const summary = {
  ...{
    id: '2026-01-02T03-04-05Z-ab',
    status: 'open',
    severity: 'critical',
    component: 'database',
    signals: 4,
    reopened: 1,
  },
  startedAt: '2026-01-02T03:04:05Z',
  lastAt: '2026-01-02T03:14:05Z',
  detectedAt: '2026-01-02T03:05:05Z',
  targets: ['app-1', 'db-1', 'web-1', 'web-2'],
  responseTimes: { detect: 60, acknowledge: null, mitigate: null, resolve: null },
};
const incident = {
  ...summary,
  members: [],
  changes: [],
  timeline: [{ at: '2026-01-02T03:04:05Z', kind: 'opened', text: 'latency_ms of db-1 is unusual' }],
};
const causes = {
  ...{ incident: summary.id, status: 'found', method: 'excess-blame' },
  items: [
    {
      ...{ target: 'db-1', score: 0.9, confidence: 0.93, band: 'high', evidence: ['carried all of it'] },
      recommendation: 'consider rolling back',
    },
  ],
  harm: [{ target: 'db-1', share: 1 }],
  limits: ['no normal data'],
  similar: [{ incident: 'old', similarity: 0.9, cause: 'db-1', fixedBy: 'rolled back', confirmed: true }],
};
const base = `/v1/incidents/${summary.id}`;
const api = new FakeApi({
  'GET /v1/incidents': ({ query }) => ({
    body: { items: query.get('status') === 'reviewed' ? [] : [summary] },
  }),
  [`GET ${base}`]: () => ({ body: incident }),
  [`GET ${base}/causes`]: () => ({ body: causes }),
  [`POST ${base}/transitions`]: ({ body }) => {
    const { to } = JSON.parse(body) as { to: string };
    return to === 'reviewed'
      ? { status: 409, body: { detail: 'incident is open: expected acknowledged' } }
      : { body: { ...incident, status: to } };
  },
});
let connection: Record<string, string>;
beforeAll(async () => {
  connection = { FORESTALL_URL: await api.start(), FORESTALL_API_KEY: 'fsk_k' };
});
afterAll(() => api.stop());
const cli = (...words: string[]) => runCli(words, { env: connection, columns: 160 });

describe('forestall incidents', () => {
  it('lists incidents, filtered by the API', async () => {
    const { code, out } = await cli('incidents', '--severity', 'critical');
    expect(code).toBe(0);
    expect(out).toMatch(/^2026-01-02T03-04-05Z-ab +open +critical +database +4 +app-1, db-1, web-1 \+1$/m);
    expect(api.seen.at(-1)?.query.toString()).toBe('severity=critical&limit=20');
    expect((await cli('incidents', 'list', '--status', 'reviewed')).out).toBe('no incidents\n');
    const { out: lines } = await cli('incidents', 'list', '--json');
    expect(
      lines
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([summary]);
  });

  it('shows one incident with its causes, their evidence, and its timeline', async () => {
    const { out } = await cli('incidents', 'show', summary.id);
    for (const part of [
      'detected 1 min, acknowledged -',
      'db-1, 93% (high)',
      '-> consider rolling back',
      'carried all of it',
      'similar: old (90%): db-1, confirmed; fix: rolled back',
      'note: no normal data',
    ]) {
      expect(out).toContain(part);
    }
    expect(out).toContain('01-02 03:04  latency_ms of db-1 is unusual');
    const json = await cli('incidents', 'show', summary.id, '--json');
    expect(JSON.parse(json.out)).toMatchObject({ id: summary.id, causes: { method: 'excess-blame' } });
  });

  it.each([
    ['ack', 'acknowledged'],
    ['mitigate', 'mitigated'],
    ['resolve', 'resolved'],
  ])('%s changes the status to %s, with a note', async (command, status) => {
    const { code, out } = await cli('incidents', command, summary.id, '--note', 'because');
    expect({ code, out }).toEqual({ code: 0, out: `${summary.id} is ${status}\n` });
    expect(JSON.parse(api.seen.at(-1)!.body)).toEqual({ to: status, note: 'because' });
  });

  it('prints the reason if the API rejects a transition', async () => {
    const { code, err } = await cli('incidents', 'review', summary.id);
    expect(code).toBe(1);
    expect(err).toContain('incident is open: expected acknowledged');
  });
});
