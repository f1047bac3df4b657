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

  it.each([
    'https://a.test',
    'http://localhost:80',
    'http://api.localhost/x',
    'http://127.0.0.1:1',
    'http://127.9.9.9',
    'http://[::1]:8080',
  ])('sends the key to %s', (url) => {
    expect(resolveConnection({ url, key: 'k' }, {}, local).url).toBe(url);
  });

  it.each([
    'http://a.test',
    'http://127.0.0.1.a.test',
    'http://localhost.a.test',
    'http://127.0.0.1@a.test',
    'http://[::2]',
    'http://10.0.0.1',
  ])('sends the key unencrypted to %s only if asked', (url) => {
    const problem = 'would send the API key unencrypted: use https, or --allow-http';
    expect(() => resolveConnection({ url, key: 'k' }, {}, local)).toThrow(problem);
    const env = { FORESTALL_URL: url, FORESTALL_API_KEY: 'k' };
    expect(() => resolveConnection({}, env, local)).toThrow(problem);
    expect(resolveConnection({ allowHttp: true }, env, local).url).toBe(url);
  });

  it('reads the key from a file', () => {
    const path = join(rootWith(), 'key');
    const read = () => resolveConnection({ url: 'https://a.test', keyFile: path }, {}, local).apiKey;
    expect(read).toThrow(`--key-file: cannot read ${path}`);
    for (const content of ['', 'two words\n', '{"apiKey":\n"k"}']) {
      writeFileSync(path, content);
      expect(read).toThrow('--key-file: expected an API key and nothing else');
    }
    writeFileSync(path, 'from-file\n');
    expect(read()).toBe('from-file');
    expect(() => resolveConnection({ url: 'https://a.test', key: 'k', keyFile: path }, {}, local)).toThrow(
      'found --key as well',
    );
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
