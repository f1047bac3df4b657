import { describe, expect, it } from 'vitest';
import { formatApiKey, hashApiKey, isApiKey } from '../../../../core/platform/access/api-key.ts';
import { InvalidInputError } from '../../../../core/shared/errors.ts';

describe('API keys', () => {
  const bytes = Uint8Array.from({ length: 32 }, (_, index) => index * 7);

  it('writes 32 bytes as fsk_ and 43 base64url characters', () => {
    const key = formatApiKey(bytes);
    expect(key).toMatch(/^fsk_[A-Za-z0-9_-]{43}$/);
    expect(Buffer.from(key.slice(4), 'base64url')).toEqual(Buffer.from(bytes));
    expect(isApiKey(key)).toBe(true);
  });

  it('rejects fewer random bytes', () => {
    expect(() => formatApiKey(bytes.subarray(1))).toThrow(InvalidInputError);
  });

  it.each([
    '',
    'fsk_',
    'fsk_short',
    `sk_${'a'.repeat(43)}`,
    `fsk_${'a'.repeat(42)}=`,
    `fsk_${'a'.repeat(44)}`,
  ])('does not accept %j as a key', (text) => {
    expect(isApiKey(text)).toBe(false);
  });

  it('hashes with SHA-256', () => {
    expect(hashApiKey('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});
