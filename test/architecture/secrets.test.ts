import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatApiKey } from '../../core/platform/api-key.ts';
import { issueToken } from '../../core/platform/secrets/access-token.ts';
import { makeKeyPair } from '../../release/signature.ts';
import { signedToken } from '../fixtures/signed-tokens.ts';
import { secretsIn, secretsInFiles, trackedFiles } from './secret-scan.ts';
import { root } from './source-tree.ts';

const NAME = { tenantId: 'acme', keyId: 'abcdefgh2345' };

describe('the repository', () => {
  it('contains no secret', async () => {
    const files = trackedFiles();
    expect(files.length).toBeGreaterThan(1000);
    expect(await secretsInFiles(files)).toEqual([]);
  });
});

const random = (length: number, alphabet: string): string =>
  [...randomBytes(length)].map((byte) => alphabet[byte % alphabet.length]).join('');
const CAPITALS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const RING = { current: { id: 'v1', key: random(64, CAPITALS), createdAt: 0 } };
const CLAIMS = { tenantId: 'acme', name: 'ci', scopes: ['read'], expiresAt: 0, keyId: undefined } as const;
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

describe('a planted secret is found:', () => {
  // Put together here, so that the scan does not find them in this file.
  it.each([
    ['an AWS access key', `const id = "${'AKIA'}${random(16, CAPITALS)}";`],
    ['an AWS secret key', `${'AWS_SECRET_ACCESS_KEY'}=${random(40, LETTERS)}`],
    ['a private key', makeKeyPair().privateKey],
    ['a token of Slack', `token: ${'xoxb'}-123456789012-1234567890123-${random(24, LETTERS)}`],
    ['a token of GitHub', `${'ghp'}_${random(36, LETTERS)}`],
    ['a token of npm', `//registry.npmjs.org/:_authToken=${'npm'}_${random(36, LETTERS)}`],
    ['a password in a URL', `postgres://admin:${random(20, LETTERS)}@db.example.com/forestall`],
    ['a secret of a webhook', `secret: ${'whsec'}_${randomBytes(32).toString('base64')}`],
    ['a token of a person', signedToken()],
    ['a token of the API', issueToken(RING, CLAIMS, 0)],
    ['an API key of Forestall', `Authorization: Bearer ${formatApiKey(NAME, randomBytes(32))}`],
  ])('%s', async (_, content) => {
    expect(await secretsIn('planted.ts', content)).not.toEqual([]);
  });

  it('in a file', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'forestall-planted-')), 'planted.ts');
    writeFileSync(path, `const key = '${formatApiKey(NAME, randomBytes(32))}';\n`);
    expect(await secretsInFiles([relative(root, path)])).toHaveLength(1);
    rmSync(dirname(path), { recursive: true });
  });

  it('and its message does not contain it', async () => {
    const key = formatApiKey(NAME, randomBytes(32));
    expect((await secretsIn('planted.ts', key)).join()).not.toContain(key);
  });
});
