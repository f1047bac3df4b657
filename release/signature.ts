import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
} from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '../core/shared/errors.ts';

/** Names of the two files beside the artefacts. */
export const CHECKSUMS = 'SHA256SUMS';
export const SIGNATURE = 'SHA256SUMS.sig';

const hashOf = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

/** The checksums of all files in a folder, in the format of `sha256sum`. */
const checksumsOf = (folder: string): string =>
  readdirSync(folder)
    .filter((name) => name !== CHECKSUMS && name !== SIGNATURE)
    .toSorted()
    .map((name) => `${hashOf(join(folder, name))}  ${name}\n`)
    .join('');

/** A new Ed25519 key pair, in PEM. */
export const makeKeyPair = (): { readonly publicKey: string; readonly privateKey: string } =>
  generateKeyPairSync('ed25519', {
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });

const readKey = <Key>(
  what: string,
  read: () => Key & { readonly asymmetricKeyType?: string | undefined },
) => {
  try {
    const key = read();
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch (cause) {
    throw new ConfigurationError(`The ${what} key is no PEM file with an Ed25519 key.`, { cause });
  }
  throw new ConfigurationError(`The ${what} key is not an Ed25519 key.`);
};

/** Writes the checksums of all files in a folder, and their signature by an Ed25519 key in PEM. */
export const signFolder = (folder: string, privateKey: string): void => {
  const key = readKey('private', () => createPrivateKey(privateKey));
  const checksums = checksumsOf(folder);
  writeFileSync(join(folder, CHECKSUMS), checksums);
  const signature = sign(null, Buffer.from(checksums), key);
  writeFileSync(join(folder, SIGNATURE), `${signature.toString('base64')}\n`);
};

/**
 * Checks the signature of a folder's checksums and every file against them.
 * @returns the problems, none if the folder is as it was signed
 * @throws ConfigurationError if the key is not an Ed25519 key in PEM
 */
export const problemsOf = (folder: string, publicKey: string): readonly string[] => {
  const key = readKey('public', () => createPublicKey(publicKey));
  const names = readdirSync(folder);
  const absent = [CHECKSUMS, SIGNATURE].filter((name) => !names.includes(name));
  if (absent.length > 0) return absent.map((name) => `${name} is missing`);
  const checksums = readFileSync(join(folder, CHECKSUMS), 'utf8');
  const signature = Buffer.from(readFileSync(join(folder, SIGNATURE), 'utf8'), 'base64');
  if (!verify(null, Buffer.from(checksums), key, signature))
    return [`${SIGNATURE} is not a signature of ${CHECKSUMS} by this key`];
  return differences(checksums, checksumsOf(folder));
};

const linesOf = (checksums: string): ReadonlyMap<string, string> =>
  new Map(
    checksums
      .split('\n')
      .filter(Boolean)
      .map((line) => [line.slice(66), line.slice(0, 64)] as const),
  );

const differences = (signed: string, found: string): readonly string[] => {
  const [expected, actual] = [linesOf(signed), linesOf(found)];
  return [
    ...[...expected.keys()].filter((name) => !actual.has(name)).map((name) => `${name} is missing`),
    ...[...actual.keys()].filter((name) => !expected.has(name)).map((name) => `${name} is not signed`),
    ...[...expected]
      .filter(([name, hash]) => actual.has(name) && actual.get(name) !== hash)
      .map(([name]) => `${name} differs from what was signed`),
  ];
};
