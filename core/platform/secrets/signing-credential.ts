/** The secret that signs access tokens, webhooks and approvals. Its consumers read it themselves, so nothing is set. */
import { issueToken, verifyToken } from './access-token.ts';
import { RotationRefusedError } from './errors.ts';
import {
  formatKey,
  isSameMac,
  KEY_BYTES,
  type KeyVersion,
  PURPOSES,
  type Purpose,
  parseKey,
  signMessage,
} from './key-ring.ts';
import type { RotatedCredential } from './ports.ts';
import { signWebhook, verifyWebhook } from './webhook-signature.ts';

export interface SigningCredentialDeps {
  /** Cryptographically random bytes. */
  readonly random: (bytes: number) => Uint8Array;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const TENANT = 'rotation-test';
const MESSAGE = 'forestall';

const check = (isTrue: boolean, what: string): void => {
  if (!isTrue) throw new RotationRefusedError(`the pending key fails its test: ${what}`);
};

interface Versions {
  readonly pending: KeyVersion;
  readonly current: KeyVersion;
}

const testPurpose = ({ pending, current }: Versions, purpose: Purpose): void => {
  const signed = signMessage(pending, purpose, TENANT, MESSAGE);
  check(isSameMac(signed, signMessage(pending, purpose, TENANT, MESSAGE)), `${purpose} does not verify`);
  check(!isSameMac(signed, signMessage(current, purpose, TENANT, MESSAGE)), `${purpose} signs as before`);
  for (const other of PURPOSES.filter((each) => each !== purpose))
    check(!isSameMac(signed, signMessage(pending, other, TENANT, MESSAGE)), `${purpose} signs for ${other}`);
};

/** Issues and verifies a token with both versions, through the code that checks requests. */
const testTokens = (ring: Versions, now: number): void => {
  const expiresAt = Math.floor(now / 1000) + 60;
  const claims = { tenantId: TENANT, name: MESSAGE, scopes: ['read' as const], expiresAt, keyId: undefined };
  for (const version of [ring.pending, ring.current]) {
    const token = issueToken({ current: version }, claims, now);
    check(typeof verifyToken(ring, token, now) === 'object', 'an access token is refused');
    check(verifyToken(ring, token, now + 60_000) === 'invalid', 'an expired access token passes');
  }
};

/** Signs and verifies a webhook with both versions, through the code that receives webhooks. */
const testWebhooks = (ring: Versions, now: number): void => {
  const seconds = Math.floor(now / 1000);
  for (const version of [ring.pending, ring.current]) {
    const headers = signWebhook(version, TENANT, { id: 'rotation-test', seconds, body: MESSAGE });
    const verified = verifyWebhook(ring, TENANT, { headers, body: MESSAGE }, now);
    check(verified?.version.id === version.id, 'a signed webhook is refused');
    check(
      verifyWebhook(ring, TENANT, { headers, body: `${MESSAGE}.` }, now) === undefined,
      'a changed webhook passes',
    );
  }
};

export const signingCredential = ({ random, now }: SigningCredentialDeps): RotatedCredential => ({
  create: async () => formatKey(random(KEY_BYTES), now()),
  set: async () => {},
  test: async (pending, current) => {
    const [next, present] = [parseKey('pending', pending), parseKey('current', current)];
    const ring = { pending: next, current: present };
    for (const purpose of PURPOSES) testPurpose(ring, purpose);
    testTokens(ring, now());
    testWebhooks(ring, now());
  },
});
