/**
 * Envelope encryption of personal data. Each record has a data key of its own (AES-256-GCM), which a version of the
 * vault's secret wraps with a key derived for the tenant. A new version wraps the data key anew and leaves the record
 * itself as it is.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { UnreadableItemError } from '../../shared/errors.ts';
import { deriveKey, type KeyRing, type KeyVersion, signingVersion, validVersions } from './key-ring.ts';

/** The record that a ciphertext belongs to; it opens for no other. */
export interface Owner {
  readonly tenantId: string;
  readonly recordId: string;
}

export interface SealedRecord {
  /** Id of the version that wrapped the data key. */
  readonly keyId: string;
  readonly wrappedKey: Uint8Array;
  readonly body: Uint8Array;
}

/** Cryptographically random bytes. */
export type Random = (bytes: number) => Uint8Array;

const [KEY_BYTES, NONCE_BYTES, TAG_BYTES] = [32, 12, 16];

/** Nonce, ciphertext and tag. */
const encrypt = (key: Uint8Array, plain: Uint8Array, owner: Owner, random: Random): Uint8Array => {
  const nonce = random(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(JSON.stringify([owner.tenantId, owner.recordId])));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
};

/** @throws Error for another key, another owner or altered bytes */
const decrypt = (key: Uint8Array, bytes: Uint8Array, owner: Owner): Uint8Array => {
  const nonce = bytes.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(JSON.stringify([owner.tenantId, owner.recordId])));
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
  const plain = decipher.update(bytes.subarray(NONCE_BYTES, bytes.length - TAG_BYTES));
  return Buffer.concat([plain, decipher.final()]);
};

const wrappingKey = (version: KeyVersion, { tenantId }: Owner): Uint8Array =>
  deriveKey(version, 'vault', tenantId);

const unreadable = (owner: Owner, reason: string, cause?: unknown): UnreadableItemError =>
  new UnreadableItemError(`sealed record ${owner.tenantId} ${owner.recordId}`, reason, cause);

const unwrap = (ring: KeyRing, owner: Owner, { keyId, wrappedKey }: SealedRecord): Uint8Array => {
  const version = validVersions(ring).find(({ id }) => id === keyId);
  if (version === undefined) throw unreadable(owner, `no version ${keyId} of the vault's secret is valid`);
  try {
    return decrypt(wrappingKey(version, owner), wrappedKey, owner);
  } catch (cause) {
    throw unreadable(owner, 'its data key was altered', cause);
  }
};

/** Encrypts a record at `now` (epoch milliseconds), with a version that every reader knows. */
export const sealRecord = (
  ring: KeyRing,
  owner: Owner,
  plain: Uint8Array,
  { random, now }: { readonly random: Random; readonly now: number },
): SealedRecord => {
  const version = signingVersion(ring, now);
  const dataKey = random(KEY_BYTES);
  return {
    keyId: version.id,
    wrappedKey: encrypt(wrappingKey(version, owner), dataKey, owner, random),
    body: encrypt(dataKey, plain, owner, random),
  };
};

/** @throws UnreadableItemError if the record was altered, belongs to another owner, or its version is not valid */
export const openRecord = (ring: KeyRing, owner: Owner, sealed: SealedRecord): Uint8Array => {
  const dataKey = unwrap(ring, owner, sealed);
  try {
    return decrypt(dataKey, sealed.body, owner);
  } catch (cause) {
    throw unreadable(owner, 'it was altered', cause);
  }
};

/** The record with its data key wrapped by the version that seals at `now`. @throws UnreadableItemError as `openRecord` */
export const rewrapRecord = (
  ring: KeyRing,
  owner: Owner,
  sealed: SealedRecord,
  { random, now }: { readonly random: Random; readonly now: number },
): SealedRecord => {
  const dataKey = unwrap(ring, owner, sealed);
  const version = signingVersion(ring, now);
  return {
    keyId: version.id,
    wrappedKey: encrypt(wrappingKey(version, owner), dataKey, owner, random),
    body: sealed.body,
  };
};
