import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isAccessToken,
  issueToken,
  type TokenClaims,
  verifyToken,
} from '../../../../core/platform/secrets/access-token.ts';
import {
  type KeyRing,
  type KeyVersion,
  MAX_RING_AGE_MS,
  PROPAGATION_MS,
} from '../../../../core/platform/secrets/key-ring.ts';

const NOW = Date.UTC(2026, 10, 29);
const version = (id: string, createdAt = 0): KeyVersion => ({ id, key: id.padEnd(64, 'k'), createdAt });
const ring: KeyRing = { current: version('b'), previous: version('a') };
const claims: TokenClaims = {
  tenantId: 'acme',
  name: 'ci',
  scopes: ['read', 'operate'],
  expiresAt: NOW / 1000 + 900,
  keyId: 'aaaaaaaaaaaa',
};
const token = issueToken(ring, claims, NOW);

describe('an access token', () => {
  it('is verified with nothing but the ring', () => {
    expect(isAccessToken(token)).toBe(true);
    expect(verifyToken(ring, token, NOW)).toEqual({
      tenantId: 'acme',
      kind: 'token',
      name: 'ci',
      keyId: 'aaaaaaaaaaaa',
      grants: new Set(['read', 'operate']),
    });
  });

  it('passes in the overlap, and not with a retired version', () => {
    expect(verifyToken({ current: version('c'), previous: version('b') }, token, NOW)).toMatchObject({
      name: 'ci',
    });
    expect(verifyToken({ current: version('d'), previous: version('c') }, token, NOW)).toBe(
      'unknown-version',
    );
  });

  it('ends at its expiry', () => {
    expect(verifyToken(ring, token, NOW + 899_999)).toMatchObject({ name: 'ci' });
    expect(verifyToken(ring, token, NOW + 900_000)).toBe('invalid');
  });

  const [, payload = '', mac = ''] = /^fst_(.+)\.(.+)$/.exec(token) ?? [];
  const forged = (change: object) => {
    const content = { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), ...change };
    return `fst_${Buffer.from(JSON.stringify(content)).toString('base64url')}.${mac}`;
  };

  it.each([
    ['another tenant', forged({ tenant: 'globex' })],
    ['more scopes', forged({ scopes: ['administer'] })],
    ['a later expiry', forged({ expires: 9_999_999_999 })],
    ['another version', forged({ v: 'a' })],
    ['an additional field', forged({ admin: true })],
    ['no scope', forged({ scopes: [] })],
    ['a key of another kind', issueToken({ current: { ...version('b'), key: 'x'.repeat(64) } }, claims, NOW)],
    ['no payload', `fst_.${mac}`],
    ['no signature', `fst_${payload}.`],
    ['another prefix', token.replace('fst_', 'fsk_')],
    ['other text after it', `${token}=`],
    ['JSON that is none', `fst_${Buffer.from('{').toString('base64url')}.${mac}`],
  ])('is refused with %s', (_, text) => {
    expect(verifyToken(ring, text, NOW)).toBe('invalid');
  });

  it('is refused if any character is another one', () => {
    for (let at = 4; at < token.length; at++) {
      const other = token[at] === 'A' ? 'B' : 'A';
      const changed = `${token.slice(0, at)}${other}${token.slice(at + 1)}`;
      expect(typeof verifyToken(ring, changed, NOW)).toBe('string');
    }
  });

  it('is refused, and never fails, whatever the text is', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, two) => {
        const text = `fst_${Buffer.from(one).toString('base64url')}.${Buffer.from(two).toString('base64url')}`;
        return (
          typeof verifyToken(ring, text, NOW) === 'string' && typeof verifyToken(ring, one, NOW) === 'string'
        );
      }),
    );
  });
});

describe('a token signed by whoever has read the secret', () => {
  const ring = { current: version('0') };
  const later = (seconds: number) => Math.floor(NOW / 1000) + seconds;

  it.each<[string, object]>([
    ['administers', { scopes: ['administer'] }],
    ['provisions people', { scopes: ['read', 'provision'] }],
    ['approves', { scopes: ['approve'] }],
    ['lasts more than an hour', { expiresAt: later(2 * 3600) }],
  ])('is refused if it %s', (_, more) => {
    expect(verifyToken(ring, issueToken(ring, { ...claims, ...more }, NOW), NOW)).toBe('invalid');
  });

  it('passes within the limits of a token', () => {
    const longest = issueToken(ring, { ...claims, expiresAt: later(3600) }, NOW);
    expect(verifyToken(ring, longest, NOW)).toMatchObject({ tenantId: 'acme' });
  });
});

/** Rotations so close that tokens outlive the versions that signed them. Milliseconds. */
const ROTATION_MS = 600_000;
const TOKEN_SECONDS = 3_600;

interface Consumers {
  readonly sign: typeof issueToken;
  /** Verifies with the versions of its ring; `ever` has all that there were. */
  readonly verify: (ring: KeyRing, text: string, now: number, ever: readonly KeyVersion[]) => unknown;
}

/**
 * Tokens, one a second, with a rotation every ten minutes meanwhile. Issuer and verifier each have a ring of their own age.
 * Counts what happens to tokens of versions that are valid, that retired more than the age of a ring ago, and to expired
 * ones.
 */
const rotateUnderLoad = ({ sign, verify }: Consumers, requests: number) => {
  const versions = Array.from({ length: 17 }, (_, index) => ({
    ...version(String(index), NOW + index * ROTATION_MS),
    key: randomBytes(48).toString('base64url'),
  }));
  const ringAt = (at: number): KeyRing => {
    const [current, previous] = versions.filter(({ createdAt }) => createdAt <= at).toReversed();
    return { current: current ?? versions[0]!, previous };
  };
  const retiredAt = (signer: number) => versions[signer + 2]?.createdAt ?? Number.POSITIVE_INFINITY;
  const issued: { text: string; expiresAt: number; signer: number }[] = [];
  const seen = { valid: 0, validRefused: 0, retired: 0, retiredPassed: 0, expired: 0, expiredPassed: 0 };
  for (let request = 0; request < requests; request++) {
    const now = NOW + request * 1_000;
    const expiresAt = now / 1000 + TOKEN_SECONDS;
    const issuing = ringAt(now - (request % 7) * (MAX_RING_AGE_MS / 7));
    const text = sign(issuing, { ...claims, expiresAt }, now);
    const { v } = JSON.parse(Buffer.from(text.slice(4).split('.')[0]!, 'base64url').toString('utf8'));
    issued.push({ text, expiresAt, signer: Number(v) });
    // A multiplier that is prime to any small number spreads the choice.
    const tried = issued[(request * 7_919 + (request >> 3)) % issued.length]!;
    const verifying = ringAt(now - (request % 11) * (MAX_RING_AGE_MS / 11));
    const passed = typeof verify(verifying, tried.text, now, versions) === 'object';
    if (tried.expiresAt * 1000 <= now) {
      seen.expired++;
      if (passed) seen.expiredPassed++;
    } else if (now < retiredAt(tried.signer)) {
      seen.valid++;
      if (!passed) seen.validRefused++;
    } else if (now - retiredAt(tried.signer) >= MAX_RING_AGE_MS) {
      seen.retired++;
      if (passed) seen.retiredPassed++;
    }
  }
  return seen;
};

describe('10,000 tokens during rotations', () => {
  it('pass everywhere while their version is valid, and never once it retired, although they have not expired', () => {
    const seen = rotateUnderLoad({ sign: issueToken, verify: verifyToken }, 10_000);
    expect(seen).toMatchObject({ validRefused: 0, retiredPassed: 0, expiredPassed: 0 });
    expect(Math.min(seen.valid, seen.retired, seen.expired)).toBeGreaterThan(500);
    expect(PROPAGATION_MS).toBeGreaterThan(MAX_RING_AGE_MS);
  });

  it('would pass with a retired version if a verifier kept all versions', () => {
    const verify: Consumers['verify'] = (_, text, now, ever) =>
      ever.map((current) => verifyToken({ current }, text, now)).find((result) => typeof result === 'object');
    const seen = rotateUnderLoad({ sign: issueToken, verify }, 3_000);
    expect(seen.retired).toBeGreaterThan(100);
    expect(seen.retiredPassed).toBe(seen.retired);
    expect(seen).toMatchObject({ validRefused: 0, expiredPassed: 0 });
  });

  it('would be refused if a new version signed at once', () => {
    const sign: Consumers['sign'] = ({ current }, ...rest) => issueToken({ current }, ...rest);
    expect(rotateUnderLoad({ sign, verify: verifyToken }, 3_000).validRefused).toBeGreaterThan(10);
  });
});
