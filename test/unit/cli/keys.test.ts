import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCOPES } from '../../../core/platform/permissions.ts';
import { FakeApi } from './fake-api.ts';
import { runCli } from './fake-terminal.ts';

const key = {
  ...{ id: 'aaaaaaaaaaaa', name: 'collector', scopes: ['ingest', 'read'], state: 'active' },
  ...{ createdAt: '2026-11-29T12:00:00.000Z', createdBy: { kind: 'operator', name: 'issue-api-key' } },
};
const SECRET = 'fsk_acme_aaaaaaaaaaaa_secret';

const api = new FakeApi({
  'GET /v1/api-keys': ({ query }) =>
    query.get('cursor') === null
      ? { body: { items: [{ ...key, lastUsedAt: '2026-11-29T12:10:00.000Z' }], nextCursor: 'next' } }
      : {
          body: {
            items: [
              {
                ...{ ...key, id: 'bbbbbbbbbbbb', scopes: SCOPES, replacedBy: 'cccccccccccc' },
                createdAt: '2026-12-01T08:00:00.000Z',
                createdBy: { kind: 'key', name: 'ci', keyId: 'aaaaaaaaaaaa' },
                expiresAt: '2026-12-24T00:00:00.000Z',
              },
            ],
          },
        },
  'POST /v1/api-keys': () => ({ status: 201, body: { ...key, apiKey: SECRET } }),
  'POST /v1/api-keys/aaaaaaaaaaaa/rotate': () => ({
    ...{ status: 201, body: { ...key, id: 'cccccccccccc', apiKey: SECRET } },
  }),
  'POST /v1/api-keys/bbbbbbbbbbbb/rotate': () => ({
    status: 403,
    body: { status: 403, code: 'forbidden', title: 'Permission missing', detail: 'needs the scope operate' },
  }),
  'DELETE /v1/api-keys/aaaaaaaaaaaa': () => ({
    body: { ...key, state: 'revoked', revokedAt: '2026-11-29T12:00:00.000Z' },
  }),
  'DELETE /v1/api-keys/typo': () => ({
    ...{ status: 400 },
    body: { status: 400, code: 'invalid-request', title: 'Request invalid', detail: 'keyId' },
  }),
  'DELETE /v1/api-keys/bbbbbbbbbbbb': () => ({
    ...{ status: 403 },
    body: {
      ...{ status: 403, code: 'forbidden', title: 'Permission missing' },
      detail: 'needs the scope administer',
    },
  }),
  'DELETE /v1/api-keys/dddddddddddd': () => ({
    body: { ...key, id: 'dddddddddddd', state: 'revoked', revokedAt: '2026-11-29T12:00:00.000Z' },
  }),
});
let connection: Record<string, string>;
beforeAll(async () => {
  connection = { FORESTALL_URL: await api.start(), FORESTALL_API_KEY: 'fsk_k' };
});
afterAll(() => api.stop());
const cli = (...words: string[]) => runCli(['keys', ...words], { env: connection, columns: 120 });
const sent = () => JSON.parse(api.seen.at(-1)?.body ?? '{}');

describe('forestall keys', () => {
  it('lists every page, with ids in full', async () => {
    const { code, out } = await cli();
    expect(code).toBe(0);
    expect(out).toMatch(/^aaaaaaaaaaaa +collector +ingest,read +active +- +11-29 12:10$/m);
    expect(out).toMatch(/^bbbbbbbbbbbb +collector +all +replaced +2026-12-24 +-$/m);
    expect((await cli('list', '--json')).out.trimEnd().split('\n')).toHaveLength(2);
  });

  it('creates a key: the key alone on stdout, its id on stderr', async () => {
    const { code, out, err } = await cli('create', 'collector', '--scopes', 'read,ingest', '--expires', '2');
    expect([code, out]).toEqual([0, `${SECRET}\n`]);
    expect(err).toContain('API key aaaaaaaaaaaa (collector: ingest, read); shown only this once');
    const { expiresAt, ...order } = sent();
    expect(order).toEqual({ name: 'collector', scopes: ['ingest', 'read'] });
    expect(Math.abs(Date.parse(expiresAt) - Date.now() - 2 * 86_400_000)).toBeLessThan(60_000);
  });

  it('creates a key that does not expire, and prints all of it with --json', async () => {
    const { out, err } = await cli('create', 'collector', '--scopes', 'ingest', '--json');
    expect(JSON.parse(out)).toEqual({ ...key, apiKey: SECRET });
    expect([err, sent().expiresAt]).toEqual(['', undefined]);
  });

  it('rotates a key', async () => {
    const { out, err } = await cli('rotate', 'aaaaaaaaaaaa', '--overlap', '2');
    expect(out).toBe(`${SECRET}\n`);
    expect(err).toContain('API key aaaaaaaaaaaa stays valid for 2 h at most');
    expect(sent()).toEqual({ overlapHours: 2 });
    await cli('rotate', 'aaaaaaaaaaaa', '--json');
    expect(sent()).toEqual({ overlapHours: 24 });
  });

  it('revokes a key', async () => {
    expect((await cli('revoke', 'aaaaaaaaaaaa')).out).toBe(
      'aaaaaaaaaaaa (collector) is revoked: it is refused within a minute, and the last token that it got within an hour\n',
    );
    expect(JSON.parse((await cli('revoke', 'aaaaaaaaaaaa', '--json')).out)).toMatchObject({
      state: 'revoked',
    });
  });

  it('revokes several keys, each once, also those after one that does not exist', async () => {
    const ids = ['aaaaaaaaaaaa', 'zzzzzzzzzzzz', 'dddddddddddd', 'aaaaaaaaaaaa'];
    const { code, out, err } = await cli('revoke', ...ids, '--json');
    expect([code, out.trimEnd().split('\n').length]).toEqual([1, 2]);
    expect(err).toContain('there is no API key zzzzzzzzzzzz; revoked: aaaaaaaaaaaa, dddddddddddd');
  });

  it('revokes the keys after a malformed id', async () => {
    const { code, out, err } = await cli('revoke', 'typo', 'aaaaaaaaaaaa', '--json');
    expect([code, out.trimEnd().split('\n').length]).toEqual([1, 1]);
    expect(err).toContain('there is no API key typo; revoked: aaaaaaaaaaaa');
  });

  it('says that none is revoked if there is none of them', async () => {
    const { code, out, err } = await cli('revoke', 'yyyyyyyyyyyy', 'zzzzzzzzzzzz');
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('there is no API key yyyyyyyyyyyy, zzzzzzzzzzzz; revoked: none');
  });

  it('stops at a failure that is not of one key alone, and says which are left', async () => {
    const ids = ['dddddddddddd', 'zzzzzzzzzzzz', 'bbbbbbbbbbbb', 'aaaaaaaaaaaa'];
    const { code, out, err } = await cli('revoke', ...ids, '--json');
    expect([code, out.trimEnd().split('\n').length]).toEqual([1, 1]);
    expect(err).toContain('needs the scope administer');
    expect(err).toContain('not revoked: zzzzzzzzzzzz, bbbbbbbbbbbb, aaaaaaaaaaaa; revoked: dddddddddddd');
  });

  it('lists the keys created since a time, with their author, whatever page they are on', async () => {
    const { code, out } = await cli('list', '--created-since', '2026-11-30T00:00:00Z', '--limit', '1');
    expect(code).toBe(0);
    expect(out).not.toMatch(/^aaaaaaaaaaaa/m);
    expect(out).toMatch(/^bbbbbbbbbbbb +collector +all +replaced +2026-12-01 08:00 +key aaaaaaaaaaaa$/m);
    const all = await cli('list', '--created-since', '2026-11-29T12:00:00Z');
    expect(all.out).toMatch(/^aaaaaaaaaaaa .* operator issue-api-key$/m);
    expect((await cli('list', '--created-since', 'lately')).err).toContain(
      'Expected ISO 8601 or epoch seconds',
    );
  });

  it('says which scope is missing', async () => {
    const { code, err } = await cli('rotate', 'bbbbbbbbbbbb');
    expect(code).toBe(1);
    expect(err).toContain('needs the scope operate');
  });

  it.each([
    [['create', 'a'], '--scopes'],
    [['create', 'a', '--scopes', 'root'], 'ingest, read, operate, administer'],
    [['create', 'a', '--scopes', ''], 'ingest, read, operate, administer'],
    [['create', 'a', '--scopes', 'read', '--expires', '0'], '--expires'],
    [['rotate', 'a', '--overlap', '721'], 'from 0 to 720'],
  ])('rejects %j', async (words, message) => {
    const { code, err } = await cli(...words);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});
