/**
 * Short-lived access tokens, `fst_<payload>.<signature>` in base64url. They are verified without reading anything but the
 * ring of keys, so they stay valid until they expire, also if the API key that they came from is revoked.
 */
import * as z from 'zod';
import { TenantId } from '../../shared/identifiers.ts';
import type { Identity } from '../identity.ts';
import { MAX_TOKEN_SECONDS, type Scope, TOKEN_SCOPES } from '../permissions.ts';
import { isSameMac, type KeyRing, signingVersion, signMessage, validVersions } from './key-ring.ts';

/** Differences of clocks that are tolerated. */
const GRACE_SECONDS = 60;

const Payload = z.strictObject({
  /** Id of the version that signed it. */
  v: z.string().max(64),
  tenant: TenantId,
  name: z.string().max(200),
  scopes: z.array(z.enum(TOKEN_SCOPES)).min(1),
  /** Epoch seconds. */
  expires: z.number().int(),
  /** Id of the API key that it came from. */
  key: z.string().max(64).optional(),
});

export interface TokenClaims {
  readonly tenantId: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Epoch seconds. */
  readonly expiresAt: number;
  readonly keyId: string | undefined;
}

const PREFIX = 'fst_';
const TOKEN = /^fst_([\w-]{1,2000})\.([\w-]{43})$/;

/** True if the text has the syntax of a token. */
export const isAccessToken = (text: string): boolean => TOKEN.test(text);

const macOf = (ring: KeyRing, versionId: string, tenantId: string, payload: string): Buffer | undefined => {
  const version = validVersions(ring).find(({ id }) => id === versionId);
  return version && signMessage(version, 'api', tenantId, payload);
};

/** Signs a token at `now` (epoch milliseconds) with a version that every verifier knows. */
export const issueToken = (ring: KeyRing, claims: TokenClaims, now: number): string => {
  const version = signingVersion(ring, now);
  const { tenantId, name, scopes, expiresAt, keyId } = claims;
  const content = { v: version.id, tenant: tenantId, name, scopes, expires: expiresAt, key: keyId };
  const payload = Buffer.from(JSON.stringify(content)).toString('base64url');
  return `${PREFIX}${payload}.${signMessage(version, 'api', tenantId, payload).toString('base64url')}`;
};

const parsePayload = (payload: string): z.infer<typeof Payload> | undefined => {
  try {
    return Payload.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))).data;
  } catch {
    return undefined;
  }
};

/** `unknown-version`: signed with a version that is not in the ring, which may be out of date. */
export type Verification = Identity | 'invalid' | 'unknown-version';

/**
 * Verifies a token at `now` (epoch milliseconds). It accepts no more than `POST /v1/tokens` issues, so that whoever reads
 * the signing secret can neither administer nor sign tokens that last.
 */
export const verifyToken = (ring: KeyRing, text: string, now: number): Verification => {
  const [, payload = '', signature = ''] = TOKEN.exec(text) ?? [];
  const claims = parsePayload(payload);
  if (claims === undefined) return 'invalid';
  const mac = macOf(ring, claims.v, claims.tenant, payload);
  if (mac === undefined) return 'unknown-version';
  // Compared as text as well: base64url has several spellings of the same bytes.
  if (!isSameMac(mac, Buffer.from(signature, 'base64url'))) return 'invalid';
  if (mac.toString('base64url') !== signature) return 'invalid';
  const secondsLeft = claims.expires - now / 1000;
  if (secondsLeft <= 0 || secondsLeft > MAX_TOKEN_SECONDS + GRACE_SECONDS) return 'invalid';
  const { tenant: tenantId, name, key: keyId, scopes } = claims;
  return { tenantId, kind: 'token', name, keyId, grants: new Set(scopes) };
};
