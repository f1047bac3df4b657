/** A drill rotates every secret and checks what its consumers accept afterwards. */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { issueToken, verifyToken } from './access-token.ts';
import { type KeyRing, type KeyVersion, validVersions } from './key-ring.ts';
import type { SecretState, VersionLabel } from './ports.ts';
import type { OwnSecret } from './rotated-secrets.ts';
import { openRecord, type Random, sealRecord } from './vault.ts';
import { signWebhook, verifyWebhook } from './webhook-signature.ts';

/** What the drill knows of a secret before its rotation. Ids of versions; null if there is none. */
export const DrilledSecret = z.object({
  name: z.string(),
  currentId: z.string(),
  previousId: z.string().nullable(),
  /** The version that the drill made; null if the secret rotated shortly before, so that senders still change over. */
  versionId: z.string().nullable(),
});
export type DrilledSecret = z.infer<typeof DrilledSecret>;

export const DrillCheck = z.object({ check: z.string(), passed: z.boolean() });
export type DrillCheck = z.infer<typeof DrillCheck>;

export const DrillReport = z.object({
  drillId: z.string(),
  /** ISO 8601 */
  at: z.string(),
  passed: z.boolean(),
  secrets: z.array(z.object({ name: z.string(), rotated: z.boolean(), checks: z.array(DrillCheck) })),
});
export type DrillReport = z.infer<typeof DrillReport>;

/** A secret that rotated less than this ago is checked, but not rotated: the overlap of its senders would end early. */
export const MIN_OVERLAP_MS = 30 * 86_400_000;

/** The version that a drill makes: the same however often its begin is repeated. */
export const drillVersion = (drillId: string, name: string): string =>
  createHash('sha256').update(`${drillId} ${name}`).digest('hex').slice(0, 32);

const holderOf = ({ labels }: SecretState, label: VersionLabel): string | undefined =>
  [...labels].find(([, own]) => own.has(label))?.[0];

/** The secret before the drill rotated it, also if it did so already. */
export const beforeDrill = (name: string, state: SecretState, versionId: string | null): DrilledSecret => {
  const [current = '', previous] = [holderOf(state, 'current'), holderOf(state, 'previous')];
  return current === versionId
    ? { name, currentId: previous ?? '', previousId: null, versionId }
    : { name, currentId: current, previousId: previous ?? null, versionId };
};

/** True while the rotation that the drill started has not ended. */
export const isRotating = ({ current }: KeyRing, { versionId }: DrilledSecret): boolean =>
  versionId !== null && current.id !== versionId;

export interface DrillMaterial {
  readonly ring: KeyRing;
  /** A version that must no longer be accepted: the one that the drill retired, or one that never existed. */
  readonly retired: KeyVersion;
  readonly random: Random;
  /** Epoch milliseconds. */
  readonly now: number;
}

const OWNER = { tenantId: 'secret-drill', recordId: 'record' };

const tokenOf = (version: KeyVersion, now: number): string => {
  const expiresAt = Math.floor(now / 1000) + 60;
  const claims = { ...OWNER, name: 'drill', scopes: ['read' as const], expiresAt, keyId: undefined };
  return issueToken({ current: version }, claims, now);
};

/** Whether each kind of consumer accepts what the version signs or seals. */
const acceptances: Readonly<
  Record<OwnSecret['kind'], (version: KeyVersion, material: DrillMaterial) => readonly boolean[]>
> = {
  signing: (version, { ring, now }) => {
    const webhook = { id: 'secret-drill', seconds: Math.floor(now / 1000), body: 'drill' };
    const headers = signWebhook(version, OWNER.tenantId, webhook);
    const isWebhookAccepted =
      verifyWebhook(ring, OWNER.tenantId, { headers, body: webhook.body }, now) !== undefined;
    const isTokenAccepted = typeof verifyToken(ring, tokenOf(version, now), now) === 'object';
    return [isWebhookAccepted, isTokenAccepted];
  },
  vault: (version, { ring, random, now }) => {
    const sealed = sealRecord({ current: version }, OWNER, Buffer.from('drill'), { random, now });
    if (!validVersions(ring).some(({ id }) => id === sealed.keyId)) return [false];
    return [Buffer.from(openRecord(ring, OWNER, sealed)).toString() === 'drill'];
  },
};

/** The checks of a secret after its rotation has ended, or has not ended in time. */
export const checkDrilled = (
  kind: OwnSecret['kind'],
  drilled: DrilledSecret,
  material: DrillMaterial,
): readonly DrillCheck[] => {
  const { ring, retired } = material;
  const accepts = (version: KeyVersion | undefined) =>
    version !== undefined && acceptances[kind](version, material).every((isAccepted) => isAccepted);
  const refuses = (version: KeyVersion) =>
    acceptances[kind](version, material).every((isAccepted) => !isAccepted);
  const rotated = drilled.versionId !== null;
  return [
    ...(rotated ? [{ check: 'the rotation ended', passed: !isRotating(ring, drilled) }] : []),
    { check: 'the current version is accepted', passed: accepts(ring.current) },
    ...(rotated || ring.previous
      ? [{ check: 'the version before is accepted', passed: accepts(ring.previous) }]
      : []),
    ...(rotated
      ? [{ check: 'the version before is the former one', passed: ring.previous?.id === drilled.currentId }]
      : []),
    { check: 'a retired version is refused', passed: refuses(retired) },
  ];
};
