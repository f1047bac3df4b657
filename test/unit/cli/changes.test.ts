import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeApi } from './fake-api.ts';
import { runCli } from './fake-terminal.ts';

const summary = {
  ...{
    id: 'deploy-41',
    target: 'web-1',
    kind: 'deployment',
    summary: 'version 41 deployed',
    at: '2026-01-02T03:04:05Z',
  },
  ...{
    version: '41',
    previousVersion: '40',
    health: 'unhealthy',
    score: 12.4,
    risk: 0.62,
    riskLevel: 'high',
  },
};
const assessment = {
  ...{ risk: 0.62, level: 'high', advice: ['take a backup'], learntFrom: 3 },
  reasons: [
    {
      feature: 'dataDestroyed',
      value: 1,
      text: '1 data store is removed',
      names: ['Orders'],
      contribution: 3.6,
    },
  ],
};
const change = {
  ...{ ...summary, recordedAt: summary.at, assessment, closedAt: '2026-01-02T03:34:05Z' },
  checks: [
    {
      ...{
        minutes: 5,
        until: summary.at,
        checkedAt: summary.at,
        score: null,
        confidence: 0,
        judged: 0,
        sent: 3,
      },
      evidence: [],
    },
    {
      ...{
        minutes: 15,
        until: summary.at,
        checkedAt: summary.at,
        score: 12.4,
        confidence: 0.71,
        judged: 3,
        sent: 3,
      },
      evidence: [{ text: 'latency_ms of web-1: 400, expected 120', points: 87.6 }],
    },
  ],
  proposal: {
    ...{ action: 'roll-back-deployment', target: 'web-1', from: '41', to: '40', confidence: 0.62 },
    expiresAt: '2026-01-02T07:34:05Z',
  },
};
const watching = {
  ...{
    id: 'deploy-42',
    target: 'web-1',
    kind: 'deployment',
    summary: 's',
    at: summary.at,
    health: 'watching',
  },
  ...{ recordedAt: summary.at, checks: [], nextCheckAt: '2026-01-02T03:09:05Z' },
};
const unknown = {
  ...{ ...watching, id: 'deploy-43', health: 'unknown', nextCheckAt: undefined, version: '43' },
  ...{ reason: 'the watch did not end', proposal: { ...change.proposal, from: undefined, to: undefined } },
};

const target = {
  ...{ id: 'web-1', profile: 'web', firstSeen: summary.at, lastSeen: summary.at },
  ...{ lagSeconds: 60, state: 'reporting', metrics: [] },
};
const api = new FakeApi({
  'GET /v1/targets': ({ query }) => ({
    body: { items: 'web-1'.includes(query.get('search')!) ? [target] : [] },
  }),
  'GET /v1/changes': ({ query }) => ({ body: { items: query.get('health') === 'healthy' ? [] : [summary] } }),
  'GET /v1/changes/deploy-41': () => ({ body: change }),
  'GET /v1/changes/deploy-42': () => ({ body: watching }),
  'GET /v1/changes/deploy-43': () => ({ body: unknown }),
  'POST /v1/changes': ({ body }) => {
    const sent = JSON.parse(body) as { kind: string; plan?: object };
    const health = sent.kind === 'deployment' ? 'watching' : 'not-watched';
    return {
      status: 202,
      body: { id: 'deploy-44', at: summary.at, health, ...(sent.plan === undefined ? {} : { assessment }) },
    };
  },
  'POST /v1/changes/assess': () => ({ body: assessment }),
});
const folder = mkdtempSync(join(tmpdir(), 'forestall-changes-'));
const diff = join(folder, 'diff.txt');
let connection: Record<string, string>;
beforeAll(async () => {
  writeFileSync(
    diff,
    'Stack Shop\nResources\n[-] AWS::DynamoDB::Table Orders OrdersTable destroy\n\n✨  Number of stacks with differences: 1\n',
  );
  connection = { FORESTALL_URL: await api.start(), FORESTALL_API_KEY: 'fsk_k' };
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await api.stop();
});
const cli = (...words: string[]) => runCli(words, { env: connection, columns: 160 });

describe('forestall changes', () => {
  it('lists changes, filtered by the API', async () => {
    const { code, out } = await cli('changes', '--target', 'web-1', '--kind', 'deployment');
    expect(code).toBe(0);
    expect(out).toMatch(
      /^01-02 03:04 +deploy-41 +web-1 +deployment +high +unhealthy +12 +version 41 deployed$/m,
    );
    expect(api.seen.at(-1)?.query.toString()).toBe('target=web-1&kind=deployment&limit=20');
    expect((await cli('changes', 'list', '--health', 'healthy')).out).toBe('no changes\n');
    expect(JSON.parse((await cli('changes', '--json')).out)).toEqual(summary);
  });

  it('shows a change with its risk, its health checks and the proposal', async () => {
    const { out } = await cli('changes', 'deploy-41');
    expect(out).toContain('version 41, before: 40\n');
    expect(out).toContain('risk 62%: 1 data store is removed\n');
    expect(out).toContain('after 5 min: unknown (0% confidence, 0 of 3 metrics)\n');
    expect(out).toContain('after 15 min: 12 (71% confidence, 3 of 3 metrics)\n    -88  latency_ms of web-1');
    expect(out).toContain(
      'proposed: roll web-1 back from 41 to 40 (62% confidence, valid until 01-02 07:34 UTC); no action was taken\n',
    );
    expect((await cli('changes', 'show', 'deploy-41')).out).toBe(out);
    expect(JSON.parse((await cli('changes', 'show', 'deploy-41', '--json')).out)).toEqual(change);
  });

  it('shows the time of the next check, and why a deployment was not checked', async () => {
    expect((await cli('changes', 'deploy-42')).out).toContain('next check at 01-02 03:09 UTC\n');
    const { out } = await cli('changes', 'deploy-43');
    expect(out).toContain('version 43, before: unknown\nreason: the watch did not end\n');
    expect(out).toContain('from this version to the previous one');
    expect((await cli('changes', 'unknown')).code).toBe(1);
  });
});

describe('forestall changes record', () => {
  const recorded = () => api.seen.findLast(({ method }) => method === 'POST');

  it('warns if no such target is known, and records the change', async () => {
    const { code, out, err } = await cli('changes', 'record', 's', '--target', 'web', '--to', '44');
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('deploy-44 recorded') });
    expect(err).toContain('no target "web" is known');
    expect((await cli('changes', 'record', 's', '--target', 'web-1', '--to', '44')).err).toBe('');
  });

  it('records a deployment with a time, so that a retry records the same change', async () => {
    const { out } = await cli('changes', 'record', 'version 44 deployed', '--target', 'web-1', '--to', '44');
    expect(out).toBe('deploy-44 recorded, watched: forestall changes deploy-44\n');
    const sent = JSON.parse(recorded()!.body);
    expect(sent).toMatchObject({
      target: 'web-1',
      summary: 'version 44 deployed',
      kind: 'deployment',
      version: '44',
    });
    expect(sent.at).toMatch(/^\d{4}-.+Z$/);
  });

  it('sends the plan and prints its risk', async () => {
    const more = ['--target', 'db-1', '--kind', 'infrastructure', '--at', '1795255500', '--plan', diff];
    const { out } = await cli('changes', 'record', 'table moved', ...more);
    expect(out).toMatch(/^deploy-44 recorded\nhigh risk: 62%/);
    expect(JSON.parse(recorded()!.body)).toMatchObject({
      ...{ at: '1795255500', kind: 'infrastructure' },
      plan: { format: 'cdk-diff', content: expect.stringContaining('OrdersTable') },
    });
    const { out: json } = await cli(
      'changes',
      'record',
      's',
      '--target',
      'db-1',
      '--kind',
      'other',
      '--json',
    );
    expect(JSON.parse(json)).toMatchObject({ id: 'deploy-44', health: 'not-watched' });
  });
});
