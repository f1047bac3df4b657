import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_SETTINGS } from '../../../core/platform/settings/settings.ts';
import { FakeApi } from './fake-api.ts';
import { runCli } from './fake-terminal.ts';

const stored = {
  ...NO_SETTINGS,
  version: 4,
  readings: [{ metric: 'pool_available', harm: 'none' }],
  timeZone: 'Europe/Berlin',
  identity: ['service.name'],
};
const edge = {
  ...{ caller: 'web', callee: 'db', source: 'declared', confidence: 1, calls: null },
  lastSeen: '2026-11-29T12:00:00.000Z',
};
const traced = { ...edge, callee: 'cache', source: 'trace', confidence: 0.9, calls: 120 };
const topology = { version: 'a1', nodes: ['web', 'db', 'cache'], edges: [edge, traced] };

let edges: readonly object[] = topology.edges;
const api = new FakeApi({
  'GET /v1/settings': () => ({ body: stored }),
  'PUT /v1/settings': ({ body }) => {
    const given = JSON.parse(body);
    if (given.version !== 4)
      return {
        status: 409,
        body: { status: 409, code: 'conflict', title: 'Conflict', detail: 'the settings changed' },
      };
    if (given.timeZone === 'Mars')
      return {
        status: 400,
        body: {
          ...{ status: 400, code: 'malformed-body', title: 'Malformed body' },
          errors: [{ field: 'timeZone', code: 'invalid-value', message: 'expected a time zone' }],
        },
      };
    return { body: { ...NO_SETTINGS, ...given, version: 5 } };
  },
  'GET /v1/topology': () => ({ body: { ...topology, edges } }),
  'PUT /v1/topology': () => ({ body: topology }),
});
let connection: Record<string, string>;
beforeAll(async () => {
  connection = { FORESTALL_URL: await api.start(), FORESTALL_API_KEY: 'fsk_k' };
});
afterAll(() => api.stop());

const cli = (words: string[], input = '') =>
  runCli(words, { env: connection, stdin: Readable.from([Buffer.from(input)]) });
const sent = () => JSON.parse(api.seen.at(-1)?.body ?? '{}');

describe('forestall settings', () => {
  it('shows the settings as JSON that can be edited and set again', async () => {
    const { code, out } = await cli(['settings']);
    expect(code).toBe(0);
    expect(out.split('\n').length).toBeGreaterThan(10);
    expect(JSON.parse(out)).toEqual(stored);
    const again = await cli(['settings', 'set', '-'], out);
    expect([again.code, sent()]).toEqual([0, stored]);
    const { out: line } = await cli(['settings', 'show', '--json']);
    expect([JSON.parse(line), line.trimEnd().split('\n').length]).toEqual([stored, 1]);
  });

  it('says what was stored', async () => {
    const { out } = await cli(['settings', 'set', '-'], JSON.stringify(stored));
    expect(out).toBe(
      'settings stored as version 5: 0 thresholds, 0 detection rules, 0 maintenance windows, 1 reading\n',
    );
    const json = await cli(['settings', 'set', '-', '--json'], JSON.stringify(stored));
    expect(JSON.parse(json.out)).toMatchObject({ version: 5, timeZone: 'Europe/Berlin' });
  });

  it('replaces whatever is stored by a file without a version', async () => {
    const { code } = await cli(['settings', 'set', '-'], '{"thresholds": []}');
    expect([code, sent()]).toEqual([0, { thresholds: [], version: 4 }]);
  });

  it('fails if the settings changed since they were shown, or the API rejects a field', async () => {
    const changed = await cli(['settings', 'set', '-'], JSON.stringify({ ...stored, version: 3 }));
    expect(changed).toMatchObject({ code: 1, out: '' });
    expect(changed.err).toContain('the settings changed');
    const rejected = await cli(['settings', 'set', '-'], JSON.stringify({ ...stored, timeZone: 'Mars' }));
    expect(rejected.code).toBe(1);
    expect(rejected.err).toContain('timeZone');
  });

  it.each(['', '[]', '{"version": "4"}', '{', 'null'])('does not send %j', async (input) => {
    const before = api.seen.length;
    const { code, err } = await cli(['settings', 'set', '-'], input);
    expect(code).toBe(2);
    expect(err).toContain('settings as `forestall settings show` prints them');
    expect(api.seen.length).toBe(before);
  });
});

describe('forestall topology', () => {
  it('lists declared calls and those learned from traces', async () => {
    const { code, out } = await cli(['topology']);
    expect(code).toBe(0);
    expect(out).toMatch(/^web +db +declared +100% +-$/m);
    expect(out).toMatch(/^web +cache +trace +90% +120$/m);
    const lines = (await cli(['topology', 'show', '--json'])).out.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(topology.edges);
    edges = [];
    expect((await cli(['topology'])).out).toBe('no calls are known\n');
  });

  it.each([
    ['a list', '[{"caller": "web", "callee": "db"}, {"caller": "web", "callee": "ftp", "absent": true}]'],
    [
      'the body of the API',
      '{"edges": [{"caller": "web", "callee": "db"}, {"caller": "web", "callee": "ftp", "absent": true}]}',
    ],
  ])('declares the calls of %s', async (_, input) => {
    const { code, out } = await cli(['topology', 'declare', '-'], input);
    expect([code, out]).toEqual([0, '2 calls declared; 2 calls known\n']);
    expect(sent()).toEqual({
      edges: [
        { caller: 'web', callee: 'db' },
        { caller: 'web', callee: 'ftp', absent: true },
      ],
    });
    const json = await cli(['topology', 'declare', '-', '--json'], input);
    expect(JSON.parse(json.out)).toEqual(topology);
  });

  it.each(['', '{}', '[{"caller": "web"}]', '[{"caller": "a", "callee": "b", "weight": 1}]', 'web,db'])(
    'does not send %j',
    async (input) => {
      const { code, err } = await cli(['topology', 'declare', '-'], input);
      expect(code).toBe(2);
      expect(err).toContain('{"caller": "web", "callee": "db"}');
    },
  );
});
