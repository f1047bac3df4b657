import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentHash } from '../../../core/shared/content-hash.ts';

describe('contentHash', () => {
  // Reference values of cyrb53; stored IDs depend on them.
  it.each([
    ['', '0bdcb81aee8d83'],
    ['a', '1c2ba782c97901'],
  ])('of %j never changes', (text, hash) => expect(contentHash(text)).toBe(hash));

  it('has 14 hexadecimal digits for any text', () => {
    const property = fc.property(fc.string(), (text) => {
      expect(contentHash(text)).toMatch(/^[0-9a-f]{14}$/);
    });
    fc.assert(property);
  });

  it('distinguishes 20,000 similar texts', () => {
    const hashes = new Set(Array.from({ length: 20_000 }, (_, i) => contentHash(`web-${i}`)));
    expect(hashes.size).toBe(20_000);
  });

  it('depends on every character and on their order', () => {
    const hashes = ['abc', 'acb', 'abcd', 'ab', 'Abc'].map(contentHash);
    expect(new Set(hashes).size).toBe(5);
  });
});
