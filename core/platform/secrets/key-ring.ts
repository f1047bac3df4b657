/**
 * The valid versions of a secret. Signatures of all of them are accepted; which one signs is chosen so that every
 * verifier already knows it.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import { describeIssues } from '../../shared/describe-issues.ts';
import { ConfigurationError } from '../../shared/errors.ts';

/** Purposes that share one secret. Their keys are derived, so a signature for one purpose is worthless for another. */
export const PURPOSES = ['api', 'webhook', 'approval'] as const;
export type Purpose = (typeof PURPOSES)[number];

/** Consumers read their ring again after this time. */
export const MAX_RING_AGE_MS = 5 * 60_000;
/** A version signs only when all rings contain it: when it is older than any ring, with a minute for clocks. */
export const PROPAGATION_MS = MAX_RING_AGE_MS + 60_000;

export interface KeyVersion {
  readonly id: string;
  /** At least 256 bits of randomness, as text. */
  readonly key: string;
  /** Epoch milliseconds; 0 for the version that came with the deployment. */
  readonly createdAt: number;
}

export interface KeyRing {
  readonly current: KeyVersion;
  readonly previous?: KeyVersion | undefined;
  /** Verifies before it becomes current, so that no verifier is late. */
  readonly pending?: KeyVersion | undefined;
}

const MIN_KEY_CHARACTERS = 43;
const Content = z.object({
  key: z.string().min(MIN_KEY_CHARACTERS),
  createdAt: z.number().int().nonnegative().default(0),
});

/** Random bytes of a new key. */
export const KEY_BYTES = 48;

/** The stored content of a new version. */
export const formatKey = (random: Uint8Array, createdAt: number): string =>
  JSON.stringify({ key: Buffer.from(random).toString('base64url'), createdAt });

/** Reads the stored content of a version. @throws ConfigurationError without the content if it is not a key */
export const parseKey = (id: string, content: string): KeyVersion => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch {
    // Without the cause: its message would repeat a part of the secret.
    throw new ConfigurationError(`version ${id} of the secret is not JSON`);
  }
  const read = Content.safeParse(parsed);
  if (!read.success)
    throw new ConfigurationError(`version ${id} of the secret is not a key: ${describeIssues(read.error)}`);
  return { id, ...read.data };
};

/** The version that signs at `now` (epoch milliseconds): the current one, unless some verifiers may not know it yet. */
export const signingVersion = ({ current, previous }: KeyRing, now: number): KeyVersion =>
  previous === undefined || now - current.createdAt >= PROPAGATION_MS ? current : previous;

/** All versions whose signatures are accepted. */
export const validVersions = ({ current, previous, pending }: KeyRing): readonly KeyVersion[] =>
  [current, previous, pending].filter((version) => version !== undefined);

/** A key of 32 bytes for one purpose and scope (HKDF-SHA256, RFC 5869). `scope` is a tenant, or empty. */
export const deriveKey = ({ key }: KeyVersion, purpose: Purpose | 'vault' | 'model', scope: string): Buffer =>
  Buffer.from(hkdfSync('sha256', key, '', `forestall/1/${purpose}/${scope}`, 32));

/** HMAC-SHA256 (32 bytes) of a message for one purpose and tenant. */
export const signMessage = (
  version: KeyVersion,
  purpose: Purpose,
  tenantId: string,
  message: string,
): Buffer =>
  createHmac('sha256', deriveKey(version, purpose, tenantId))
    .update(message)
    .digest();

/** Compares signatures in constant time. */
export const isSameMac = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && timingSafeEqual(a, b);
