import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  deriveKey,
  formatKey,
  type KeyVersion,
  PROPAGATION_MS,
  PURPOSES,
  parseKey,
  signingVersion,
  signMessage,
  validVersions,
} from '../../../../core/platform/secrets/key-ring.ts';

const NOW = Date.UTC(2026, 10, 29);
const version = (id: string, createdAt = 0): KeyVersion => ({ id, key: id.padEnd(64, 'k'), createdAt });

describe('the version that signs', () => {
  it.each([
    ['the current one, if there is no other', NOW, undefined, 'current'],
    [
      'the previous one, while some verifiers may not know the current one',
      NOW - PROPAGATION_MS + 1,
      'previous',
      'previous',
    ],
    ['the current one, once all verifiers know it', NOW - PROPAGATION_MS, 'previous', 'current'],
  ])('is %s', (_, createdAt, previous, expected) => {
    const ring = {
      current: version('current', createdAt),
      previous: previous === undefined ? undefined : version(previous),
      pending: version('pending'),
    };
    expect(signingVersion(ring, NOW).id).toBe(expected);
  });
});

describe('a ring', () => {
  const ring = { current: version('a'), pending: version('c') };

  it('accepts all its versions', () => {
    expect(validVersions(ring).map(({ id }) => id)).toEqual(['a', 'c']);
  });
});

describe('the content of a version', () => {
  it('is read as it was written', () => {
    const random = randomBytes(48);
    const read = parseKey('v1', formatKey(random, NOW));
    expect(read).toEqual({ id: 'v1', key: random.toString('base64url'), createdAt: NOW });
  });

  it('may be the one that came with the deployment, which has no time', () => {
    expect(parseKey('v0', `{"key":"${'x'.repeat(64)}"}`).createdAt).toBe(0);
  });

  it.each([
    '',
    'text',
    '[]',
    '{}',
    `{"key":"${'x'.repeat(42)}"}`,
    `{"key":"${'x'.repeat(64)}","createdAt":-1}`,
  ])('is refused if it is %j, without repeating it', (content) => {
    let message = '';
    try {
      parseKey('v1', content);
    } catch (error) {
      message = String(error);
    }
    expect(message).toMatch(/^ConfigurationError: version v1/);
    if (content.length > 2) expect(message).not.toContain(content);
    expect(message).not.toContain('xxx');
  });
});

describe('derived keys', () => {
  it('differ by purpose, tenant and version', () => {
    const keys = ['a', 'b'].flatMap((id) =>
      PURPOSES.flatMap((purpose) =>
        ['acme', 'globex', ''].map((tenant) => deriveKey(version(id), purpose, tenant).toString('hex')),
      ),
    );
    expect(new Set(keys).size).toBe(18);
  });

  it('stay the same from release to release', () => {
    expect(deriveKey(version('v1'), 'webhook', 'acme').toString('hex')).toMatchInlineSnapshot(
      `"397d4f95a3e276beab4ddcec8f5e15871f38659bb4ef3e17d8255f1f705f390a"`,
    );
    expect(signMessage(version('v1'), 'approval', 'acme', 'approve').toString('hex')).toMatchInlineSnapshot(
      `"60cd85ede9964ba5d0d2274de94e013d5309cdd9c28f95f67da0c26effaff87f"`,
    );
  });
});
