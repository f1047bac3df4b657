import { UnreadableItemError } from '../../shared/errors.ts';
import type { Telemetry } from '../../shared/telemetry.ts';
import { type KeyRing, signingVersion, validVersions } from './key-ring.ts';
import type { KeyRings, StoredRecord, VaultStore } from './ports.ts';
import { type Random, rewrapRecord } from './vault.ts';

export interface ReencryptDeps {
  readonly store: VaultStore;
  readonly rings: KeyRings;
  readonly random: Random;
  readonly telemetry: Telemetry;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export interface Reencrypted {
  readonly rewrapped: number;
  readonly unreadable: number;
  /** True if no record depends on an older version any more, as far as the index shows it. */
  readonly isDone: boolean;
}

const PAGE_RECORDS = 50;

const rewrap = async (deps: ReencryptDeps, ring: KeyRing, record: StoredRecord): Promise<boolean> => {
  const { store, random, now } = deps;
  const next = rewrapRecord(ring, record.owner, record.sealed, { random, now: now() });
  return store.replaceKey(record, next);
};

/**
 * Wraps the data keys of all records with the version that seals now, page by page, until `until` (epoch milliseconds).
 * Each record is replaced at once and only if nobody changed it, so the job may end or run twice at any point; the next
 * run finds what is left.
 */
export const reencrypt = async (deps: ReencryptDeps, until: number): Promise<Reencrypted> => {
  const { store, rings, telemetry, now } = deps;
  const ring = await rings.read();
  const outcome = { rewrapped: 0, unreadable: 0 };
  // Until every reader knows the new version, records are sealed with the one before.
  if (signingVersion(ring, now()) !== ring.current) return { ...outcome, isDone: false };
  for (const version of validVersions(ring).filter(({ id }) => id !== ring.current.id)) {
    let cursor: string | undefined;
    do {
      if (now() >= until) return { ...outcome, isDone: false };
      const page = await store.sealedWith(version.id, { limit: PAGE_RECORDS, cursor });
      for (const record of page.items) {
        try {
          if (await rewrap(deps, ring, record)) outcome.rewrapped++;
        } catch (error) {
          if (!(error instanceof UnreadableItemError)) throw error;
          outcome.unreadable++;
          telemetry.error('a sealed record cannot be read', { item: error.item }, error);
        }
      }
      cursor = page.nextCursor;
    } while (cursor !== undefined);
  }
  return { ...outcome, isDone: outcome.unreadable === 0 };
};
