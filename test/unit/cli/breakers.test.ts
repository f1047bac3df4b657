import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeApi } from './fake-api.ts';
import { runCli } from './fake-terminal.ts';

const open = {
  ...{ kind: 'integration', name: 'pager', state: 'open', failures: 0, reason: 'status 503' },
  ...{ since: '2026-03-01T12:00:00.000Z', nextProbeAt: '2026-03-01T12:00:30.000Z' },
};
const closed = { kind: 'service', name: 'secrets-manager', state: 'closed', failures: 2 };

const api = new FakeApi({
  'GET /v1/breakers': ({ query }) => {
    if (query.get('state') === 'open') return { body: { items: [open] } };
    return query.get('state') === 'half-open' ? { body: { items: [] } } : { body: { items: [open, closed] } };
  },
});
let connection: Readonly<Record<string, string>>;

beforeAll(async () => {
  connection = { FORESTALL_URL: await api.start(), FORESTALL_API_KEY: 'fsk_k' };
});
afterAll(() => api.stop());
const cli = (...words: string[]) => runCli(['breakers', ...words], { env: connection, columns: 120 });

describe('forestall breakers', () => {
  it('shows which dependency is not called, since when and why, and the next probe', async () => {
    const { code, out } = await cli();
    expect(code).toBe(0);
    expect(out).toMatch(/^integration +pager +open +03-01 12:00:00 +03-01 12:00:30 +status 503$/m);
    expect(out).toMatch(/^service +secrets-manager +closed +- +- +-$/m);
  });

  it('prints one object per line', async () => {
    const { out } = await cli('list', '--state', 'open', '--json');
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line): unknown => JSON.parse(line)),
    ).toEqual([open]);
  });

  it('says that there is none, and refuses an unknown state', async () => {
    expect((await cli('--state', 'half-open')).out).toBe('no circuit breaker found\n');
    expect((await cli('--state', 'ajar')).code).toBe(2);
  });
});
