import { describe, expect, it } from 'vitest';
import {
  formatApiKey,
  hasHash,
  hashApiKey,
  KeyId,
  keyIdFor,
  newKeyId,
  readApiKey,
  stateOf,
} from '../../../../core/platform/api-key.ts';
import { scopesOf } from '../../../../core/platform/permissions.ts';
import { InvalidInputError } from '../../../../core/shared/errors.ts';
import { sampleKey } from '../../../fixtures/identities.ts';

const name = { tenantId: 'acme', keyId: 'abcdefghij27' };
const SECRET = 'A'.repeat(43);

describe('the text of an API key', () => {
  const bytes = Uint8Array.from({ length: 32 }, (_, index) => index * 7);

  it('names its tenant and id, followed by 43 base64url characters', () => {
    const text = formatApiKey(name, bytes);
    expect(text).toMatch(/^fsk_acme_abcdefghij27_[A-Za-z0-9_-]{43}$/);
    expect(Buffer.from(text.slice(-43), 'base64url')).toEqual(Buffer.from(bytes));
    expect(readApiKey(text)).toEqual(name);
  });

  it('has one reading, even if the secret contains underscores', () => {
    expect(readApiKey(`fsk_acme_abcdefghij27_${'_'.repeat(43)}`)).toEqual(name);
  });

  it('needs 32 random bytes', () => {
    expect(() => formatApiKey(name, bytes.subarray(1))).toThrow(InvalidInputError);
  });

  it.each([
    '',
    'fsk_',
    `fsk_${SECRET}`,
    `fsk_acme_${SECRET}`,
    `fsk_acme_abcdefghij2_${SECRET}`,
    `fsk_acme_abcdefghij271_${SECRET}`,
    `fsk_acme_ABCDEFGHIJ27_${SECRET}`,
    `fsk_acme_abcdefghij27_${SECRET}A`,
    `fsk_acme_abcdefghij27_${SECRET.slice(1)}`,
    `fsk_acme_abcdefghij27_${SECRET.slice(1)}=`,
    `fsk_-acme_abcdefghij27_${SECRET}`,
    `fsk_Acme_abcdefghij27_${SECRET}`,
    `fsk_a_abcdefghij27_${SECRET}`,
    `fsk_acme#x_abcdefghij27_${SECRET}`,
    `sk_acme_abcdefghij27_${SECRET}`,
    ` fsk_acme_abcdefghij27_${SECRET}`,
    `fsk_acme_abcdefghij27_${SECRET}\n`,
  ])('is not %j', (text) => {
    expect(readApiKey(text)).toBeUndefined();
  });

  it('is compared by its SHA-256', () => {
    expect(hashApiKey('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    const { key, text } = sampleKey('acme', 1);
    expect(hasHash(key, hashApiKey(text))).toBe(true);
    expect(hasHash(key, hashApiKey(`${text.slice(0, -1)}x`))).toBe(false);
    expect(hasHash({ ...key, hash: '' }, hashApiKey(text))).toBe(false);
    expect(hasHash(key, '')).toBe(false);
  });
});

describe('the id of an API key', () => {
  it.each([
    [0x00, 'aaaaaaaaaaaa'],
    [0xff, '777777777777'],
    [0x84, 'qscijbeeqsci'],
  ])('writes 60 bits of bytes %i in base32', (byte, id) => {
    expect(newKeyId((bytes) => new Uint8Array(bytes).fill(byte))).toBe(id);
    expect(KeyId.safeParse(id).success).toBe(true);
  });

  it('follows from tenant and Idempotency-Key, if there is one', () => {
    const id = keyIdFor('acme', 'k');
    expect(KeyId.safeParse(id).success).toBe(true);
    expect(keyIdFor('acme', 'k')).toBe(id);
    expect(new Set([id, keyIdFor('acme', 'k2'), keyIdFor('globex', 'k')]).size).toBe(3);
  });
});

describe('an API key', () => {
  it('is active until it expires or is revoked', () => {
    const { key } = sampleKey('acme', 1);
    expect(stateOf(key, 1e12)).toBe('active');
    expect(stateOf({ ...key, validUntil: 100 }, 99)).toBe('active');
    expect(stateOf({ ...key, validUntil: 100 }, 100)).toBe('expired');
    expect(stateOf({ ...key, validUntil: 100, revokedAt: 50 }, 200)).toBe('revoked');
    expect(stateOf({ ...key, revokedAt: 0 }, 0)).toBe('revoked');
  });

  it('has each scope once, in one order', () => {
    expect(scopesOf(['operate', 'ingest', 'operate'])).toEqual(['ingest', 'operate']);
  });
});
