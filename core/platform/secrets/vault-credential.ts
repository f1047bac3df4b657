/** The secret that wraps the data keys of personal data. */
import { RotationRefusedError } from './errors.ts';
import { formatKey, KEY_BYTES, type KeyVersion, parseKey } from './key-ring.ts';
import type { RotatedCredential, SecretVersions, VaultStore } from './ports.ts';
import { openRecord, type Random, rewrapRecord, sealRecord } from './vault.ts';

export interface VaultCredentialDeps {
  readonly versions: Pick<SecretVersions, 'describe'>;
  readonly store: Pick<VaultStore, 'sealedWith'>;
  readonly random: Random;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const OWNER = { tenantId: 'rotation-test', recordId: 'record' };
const PLAIN = Buffer.from('forestall');

/** The previous version is lost when the rotation ends: no record may depend on it. */
const refuseWhileNeeded = async ({ versions, store }: VaultCredentialDeps): Promise<void> => {
  const { labels } = await versions.describe();
  for (const [id, own] of labels) {
    if (!own.has('previous') || own.has('current')) continue;
    const { items } = await store.sealedWith(id, { limit: 1 });
    if (items.length > 0)
      throw new RotationRefusedError(
        `records are still sealed with version ${id}, which this rotation would retire: re-encrypt the vault first`,
      );
  }
};

const check = (opened: Uint8Array, what: string): void => {
  if (!PLAIN.equals(opened)) throw new RotationRefusedError(`the pending key fails its test: ${what}`);
};

/** Seals with both versions, opens in the overlap, and re-encrypts from one to the other, as consumers do. */
const testBoth = (pending: KeyVersion, current: KeyVersion, { random, now }: VaultCredentialDeps): void => {
  const settings = { random, now: now() };
  const overlap = { current: pending, previous: current };
  const before = sealRecord({ current }, OWNER, PLAIN, settings);
  const after = sealRecord({ current: pending }, OWNER, PLAIN, settings);
  check(openRecord(overlap, OWNER, before), 'a record of the current version does not open');
  check(openRecord(overlap, OWNER, after), 'a record of the pending version does not open');
  const rewrapped = rewrapRecord({ current: pending, pending: current }, OWNER, before, settings);
  check(openRecord({ current: pending }, OWNER, rewrapped), 'a re-encrypted record does not open');
};

export const vaultCredential = (deps: VaultCredentialDeps): RotatedCredential => ({
  create: async () => formatKey(deps.random(KEY_BYTES), deps.now()),
  set: () => refuseWhileNeeded(deps),
  test: async (pending, current) => {
    await refuseWhileNeeded(deps);
    testBoth(parseKey('pending', pending), parseKey('current', current), deps);
  },
});
