import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { issueToken } from '../../../../core/platform/secrets/access-token.ts';
import {
  checkLink,
  type LinkClaims,
  MAX_LINK_SECONDS,
  signLink,
} from '../../../../core/remediation/approval/approval-link.ts';
import { NOW } from '../stored-samples.ts';

const version = (id: string) => ({ id, key: id.repeat(64).slice(0, 64), createdAt: 0 });
const ring = { current: version('a') };
const claims: LinkClaims = {
  ...{ tenantId: 'acme', remediationId: 'r-1', planHash: 'c'.repeat(64), person: 'ada' },
  ...{ question: 'undo', askedAt: NOW - 60, expiresAt: NOW + 600 },
};
const [now, link] = [NOW * 1000, signLink(ring, claims, NOW * 1000)];

describe('a link', () => {
  it('carries its remediation, plan, question, person and end, until it expires', () => {
    expect(checkLink(ring, link, now)).toEqual(claims);
    expect(checkLink(ring, link, now + 599_999)).toEqual(claims);
    expect(checkLink(ring, link, now + 600_000)).toBe('expired');
  });

  it('is not valid for longer than an hour, whoever signed it', () => {
    const long = signLink(ring, { ...claims, expiresAt: NOW + MAX_LINK_SECONDS + 1 }, now);
    expect(checkLink(ring, long, now)).toBe('expired');
  });

  it('is valid while its key is, and of an unknown version otherwise', () => {
    expect(checkLink({ current: version('b'), previous: version('a') }, link, now)).toEqual(claims);
    expect(checkLink({ current: version('b') }, link, now)).toBe('unknown-version');
    expect(checkLink({ current: { ...version('b'), id: 'a' } }, link, now)).toBe('invalid');
  });

  it('is invalid with any change of any character', () => {
    fc.assert(
      fc.property(fc.nat(link.length - 1), fc.constantFrom(...'ABCxyz019_-.'), (at, letter) => {
        const changed = `${link.slice(0, at)}${letter}${link.slice(at + 1)}`;
        fc.pre(changed !== link);
        expect(typeof checkLink(ring, changed, now)).toBe('string');
      }),
      { numRuns: 500 },
    );
  });

  it.each(['', '.', 'a.b', `${link}.`, `${link}=`, 'x'.repeat(5000)])('is invalid: %s', (text) => {
    expect(checkLink(ring, text, now)).toBe('invalid');
  });

  it('is not an access token, nor the other way round', () => {
    const token = issueToken(
      ring,
      { tenantId: 'acme', name: 'ada', scopes: ['read'], expiresAt: NOW + 60, keyId: undefined },
      now,
    );
    expect(checkLink(ring, token.replace('fst_', ''), now)).toBe('invalid');
  });

  it('of one tenant does not verify for another', () => {
    const [payload = '', signature] = link.split('.');
    const content = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const other = Buffer.from(JSON.stringify({ ...content, tenant: 'other' })).toString('base64url');
    expect(checkLink(ring, `${other}.${signature}`, now)).toBe('invalid');
  });
});
