/**
 * API keys: `fsk_<tenant>_<key id>_<secret>`. The secret has 256 random bits. Only the SHA-256 of the whole text is
 * stored, unsalted, because such a secret cannot be guessed. Tenants and ids contain no underscore, so the text has one
 * reading.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import { InvalidInputError } from '../shared/errors.ts';
import { TenantId } from '../shared/identifiers.ts';
import type { Scope } from './permissions.ts';

/** Creator or revoker of a key: a caller of the API, or an operator of the deployment. */
export interface Author {
  readonly kind: 'key' | 'person' | 'operator';
  readonly name: string;
  readonly keyId?: string | undefined;
}

/** A key without its secret. Times in epoch seconds. */
export interface ApiKey {
  readonly tenantId: string;
  readonly keyId: string;
  /** Label of the key's user; logged instead of the key. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** SHA-256 (hex) of the text. */
  readonly hash: string;
  readonly createdAt: number;
  readonly createdBy: Author;
  /** The key is refused from then on; undefined: it does not expire. */
  readonly validUntil?: number | undefined;
  readonly revokedAt?: number | undefined;
  readonly revokedBy?: Author | undefined;
  /** Id of the key that a rotation created to replace this one. */
  readonly replacedBy?: string | undefined;
}

export const SECRET_BYTES = 32;
const KEY_ID_BYTES = 8;
const KEY_ID = /^[a-z2-7]{12}$/;
const KEY_TEXT = /^fsk_([a-z0-9-]{2,39})_([a-z2-7]{12})_[A-Za-z0-9_-]{43}$/;
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

export const KeyId = z.string().regex(KEY_ID, 'expected the id of an API key: 12 characters of a-z and 2-7');

/** The id that 60 bits of 8 bytes make, in base32. */
const keyIdOf = (bytes: Uint8Array): string => {
  let bits = Buffer.from(bytes).readBigUInt64BE() >> 4n;
  let id = '';
  for (let digit = 0; digit < 12; digit++, bits >>= 5n) id = `${BASE32[Number(bits & 31n)]}${id}`;
  return id;
};

/** A new id. `random` returns cryptographically random bytes. */
export const newKeyId = (random: (bytes: number) => Uint8Array): string => keyIdOf(random(KEY_ID_BYTES));

/** The id of the key that a request with an Idempotency-Key creates: a repeated request finds it taken. */
export const keyIdFor = (tenantId: string, idempotencyKey: string): string =>
  keyIdOf(createHash('sha256').update(`${tenantId}\n${idempotencyKey}`).digest());

/** Where the key of a text is stored. */
export interface KeyName {
  readonly tenantId: string;
  readonly keyId: string;
}

/** @throws InvalidInputError unless there are 32 secret bytes */
export const formatApiKey = ({ tenantId, keyId }: KeyName, secret: Uint8Array): string => {
  if (secret.length !== SECRET_BYTES)
    throw new InvalidInputError(`an API key needs ${SECRET_BYTES} random bytes, found ${secret.length}`);
  return `fsk_${tenantId}_${keyId}_${Buffer.from(secret).toString('base64url')}`;
};

/** Tenant and id of a text with the syntax of a key, so that other texts are not looked up. */
export const readApiKey = (text: string): KeyName | undefined => {
  const [, tenant, keyId] = KEY_TEXT.exec(text) ?? [];
  const tenantId = TenantId.safeParse(tenant);
  return tenantId.success && keyId !== undefined ? { tenantId: tenantId.data, keyId } : undefined;
};

/** SHA-256 in hex. */
export const hashApiKey = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** True if the text with this hash is the key's; takes the same time wherever the hashes differ. */
export const hasHash = ({ hash }: ApiKey, textHash: string): boolean => {
  const [stored, given] = [Buffer.from(hash), Buffer.from(textHash)];
  return stored.length === given.length && timingSafeEqual(stored, given);
};

export const KEY_STATES = ['active', 'expired', 'revoked'] as const;
export type KeyState = (typeof KEY_STATES)[number];

/** The state of a key at `now`, in epoch seconds. */
export const stateOf = ({ revokedAt, validUntil }: ApiKey, now: number): KeyState => {
  if (revokedAt !== undefined) return 'revoked';
  return validUntil !== undefined && validUntil <= now ? 'expired' : 'active';
};
