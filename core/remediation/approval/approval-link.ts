/**
 * Links with which one person answers one question, `<payload>.<signature>` in base64url. Whoever has the link answers in
 * the name of that person, once and until it expires.
 */
import * as z from 'zod';
import {
  isSameMac,
  type KeyRing,
  signingVersion,
  signMessage,
  validVersions,
} from '../../platform/secrets/key-ring.ts';
import { TenantId } from '../../shared/identifiers.ts';
import { HOUR_SECONDS } from '../../shared/time.ts';
import { QUESTIONS, type Question } from '../remediation.ts';

const Payload = z.strictObject({
  /** Id of the version that signed it. */
  v: z.string().max(64),
  tenant: TenantId,
  remediation: z.string().max(100),
  plan: z.string().length(64),
  question: z.enum(QUESTIONS),
  /** Epoch seconds. */
  asked: z.number().int().nonnegative(),
  person: z.string().min(1).max(200),
  /** Epoch seconds. */
  expires: z.number().int(),
});

export interface LinkClaims {
  readonly tenantId: string;
  readonly remediationId: string;
  readonly planHash: string;
  readonly question: Question;
  /** When it was asked, epoch seconds. */
  readonly askedAt: number;
  /** User name of the person who may use it. */
  readonly person: string;
  /** Epoch seconds. */
  readonly expiresAt: number;
}

/** Longest life of a link: whoever loses the right to approve keeps it no longer than with an access token. */
export const MAX_LINK_SECONDS = HOUR_SECONDS;

const LINK = /^([\w-]{1,1000})\.([\w-]{43})$/;

/** Signs a link at `now` (epoch milliseconds). */
export const signLink = (ring: KeyRing, claims: LinkClaims, now: number): string => {
  const version = signingVersion(ring, now);
  const { tenantId, remediationId, planHash, question, askedAt, person, expiresAt } = claims;
  const content: z.infer<typeof Payload> = {
    ...{ v: version.id, tenant: tenantId, remediation: remediationId, plan: planHash, person },
    ...{ question, asked: askedAt, expires: expiresAt },
  };
  const payload = Buffer.from(JSON.stringify(content)).toString('base64url');
  return `${payload}.${signMessage(version, 'approval', tenantId, payload).toString('base64url')}`;
};

const parsePayload = (payload: string): z.infer<typeof Payload> | undefined => {
  try {
    return Payload.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))).data;
  } catch {
    return undefined;
  }
};

/** `unknown-version`: signed with a version that is not in the ring, which may be out of date. */
export type CheckedLink = LinkClaims | 'invalid' | 'expired' | 'unknown-version';

/** Checks a link at `now` (epoch milliseconds). */
export const checkLink = (ring: KeyRing, text: string, now: number): CheckedLink => {
  const [, payload = '', signature = ''] = LINK.exec(text) ?? [];
  const claims = parsePayload(payload);
  if (claims === undefined) return 'invalid';
  const version = validVersions(ring).find(({ id }) => id === claims.v);
  if (version === undefined) return 'unknown-version';
  const mac = signMessage(version, 'approval', claims.tenant, payload);
  // Compared as text as well: base64url has several spellings of the same bytes.
  if (!isSameMac(mac, Buffer.from(signature, 'base64url'))) return 'invalid';
  if (mac.toString('base64url') !== signature) return 'invalid';
  const secondsLeft = claims.expires - now / 1000;
  if (secondsLeft <= 0 || secondsLeft > MAX_LINK_SECONDS) return 'expired';
  const { tenant: tenantId, remediation: remediationId, plan: planHash, question, person } = claims;
  const times = { askedAt: claims.asked, expiresAt: claims.expires };
  return { tenantId, remediationId, planHash, question, person, ...times };
};
