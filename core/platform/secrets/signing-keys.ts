import { isoOfMs } from '../../shared/time.ts';
import { type KeyRing, type KeyVersion, PROPAGATION_MS, signingVersion } from './key-ring.ts';
import { webhookSecret } from './webhook-signature.ts';

export interface SigningKey {
  readonly versionId: string;
  readonly secret: string;
  /** `sign`: to use now; `next`: to use from `usableFrom`; `retiring`: accepted until the next rotation. */
  readonly use: 'sign' | 'next' | 'retiring';
  /** ISO 8601. */
  readonly usableFrom?: string;
}

/** The secrets with which the senders of a scope sign webhooks at `now` (epoch milliseconds), the one to use first. */
export const signingKeys = (ring: KeyRing, scope: string, now: number): readonly SigningKey[] => {
  const signing = signingVersion(ring, now);
  const shown = (version: KeyVersion) => ({
    versionId: version.id,
    secret: webhookSecret(version, scope),
  });
  const first = { ...shown(signing), use: 'sign' as const };
  if (signing !== ring.current) {
    const usableFrom = isoOfMs(ring.current.createdAt + PROPAGATION_MS);
    return [first, { ...shown(ring.current), use: 'next', usableFrom }];
  }
  return ring.previous === undefined ? [first] : [first, { ...shown(ring.previous), use: 'retiring' }];
};
