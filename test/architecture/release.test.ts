import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../core/shared/errors.ts';
import { CHECKSUMS, makeKeyPair, problemsOf, SIGNATURE, signFolder } from '../../release/signature.ts';

const { publicKey, privateKey } = makeKeyPair();
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'forestall-signed-'));
  writeFileSync(join(folder, 'forestall-1.0.0.tgz'), 'archive');
  writeFileSync(join(folder, 'sbom.cdx.json'), '{}');
  signFolder(folder, privateKey);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string): string => join(folder, name);

describe('a signed release', () => {
  it('is valid as it was signed', () => {
    expect(problemsOf(folder, publicKey)).toEqual([]);
  });

  it.each<[string, () => void, string]>([
    ['a changed file', () => appendFileSync(file('forestall-1.0.0.tgz'), 'x'), 'forestall-1.0.0.tgz differs'],
    ['a missing file', () => rmSync(file('sbom.cdx.json')), 'sbom.cdx.json is missing'],
    ['a file too many', () => writeFileSync(file('more.sh'), ''), 'more.sh is not signed'],
    ['changed checksums', () => appendFileSync(file(CHECKSUMS), 'x'), 'is not a signature of SHA256SUMS'],
    ['a changed signature', () => writeFileSync(file(SIGNATURE), 'AAAA'), 'is not a signature'],
    ['no signature', () => rmSync(file(SIGNATURE)), 'SHA256SUMS.sig is missing'],
    ['the signature of another key', () => signFolder(folder, makeKeyPair().privateKey), 'by this key'],
  ])('with %s is refused', (_, change, problem) => {
    change();
    expect(problemsOf(folder, publicKey)).toEqual([expect.stringContaining(problem)]);
  });

  it.each(['', 'no key', privateKey.replace('PRIVATE', 'OTHER')])('is not checked with the key %#', (key) => {
    expect(() => problemsOf(folder, key)).toThrow(ConfigurationError);
  });
});
