import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveConnection } from '../../../cli/api-client/connection.ts';

const rootWith = (text?: string): string => {
  const root = mkdtempSync(join(tmpdir(), 'forestall-'));
  mkdirSync(join(root, '.local'));
  if (text !== undefined) writeFileSync(join(root, '.local', 'connection.json'), text);
  return root;
};
const local = rootWith('{"url":"http://127.0.0.1:4566","apiKey":"local-key"}');

describe('the connection', () => {
  it('prefers options, then the environment, then the local deployment', () => {
    const env = { FORESTALL_URL: 'https://env.test', FORESTALL_API_KEY: 'env-key' };
    expect(resolveConnection({ url: 'https://a.test', key: 'k' }, env, local)).toEqual({
      url: 'https://a.test',
      apiKey: 'k',
    });
    expect(resolveConnection({}, env, local)).toEqual({ url: 'https://env.test', apiKey: 'env-key' });
    expect(resolveConnection({}, {}, local)).toEqual({ url: 'http://127.0.0.1:4566', apiKey: 'local-key' });
  });

  it('never sends the local key to another address', () => {
    expect(() => resolveConnection({ url: 'https://a.test' }, {}, local)).toThrow('no API key');
    expect(resolveConnection({ url: 'http://127.0.0.1:4566' }, {}, local).apiKey).toBe('local-key');
  });

  it('names the missing setting', () => {
    expect(() => resolveConnection({}, {}, rootWith())).toThrow('no API address: set --url or FORESTALL_URL');
    expect(() => resolveConnection({ url: 'ftp://a.test', key: 'k' }, {}, local)).toThrow(
      '--url: found "ftp://a.test", expected an http or https address',
    );
    expect(() => resolveConnection({}, {}, rootWith('{'))).toThrow(
      'connection.json: expected {"url", "apiKey"}',
    );
  });
});
