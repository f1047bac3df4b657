/** A secret with the semantics of Secrets Manager's versions and staging labels, in memory. */
import type { KeyRing } from '../../core/platform/secrets/key-ring.ts';
import { parseKey } from '../../core/platform/secrets/key-ring.ts';
import type {
  KeyRings,
  SecretVersions,
  StoredRecord,
  VaultStore,
  VersionLabel,
  WebhookGeneration,
  WebhookGenerations,
} from '../../core/platform/secrets/ports.ts';
import type { Owner } from '../../core/platform/secrets/vault.ts';
import { FIRST_GENERATION } from '../../core/platform/secrets/webhook-generation.ts';
import { ConflictError, InvalidInputError } from '../../core/shared/errors.ts';

export interface MemorySecret extends SecretVersions {
  /** Makes an empty pending version, as RotateSecret does. @throws ConflictError while a rotation is in progress */
  start(versionId: string): void;
  /** Takes the label of the pending version away, as CancelRotateSecret and its clean-up do. */
  cancel(): void;
  setRotation(isEnabled: boolean): void;
  idOf(label: VersionLabel): string | undefined;
  ring(): KeyRing;
}

export const memorySecret = (content: string): MemorySecret => {
  const contents = new Map<string, string>([['v0', content]]);
  const known = new Set(['v0']);
  const holders = new Map<VersionLabel, string>([['current', 'v0']]);
  let isRotationEnabled = true;
  const labelsOf = (id: string) =>
    new Set([...holders].filter(([, holder]) => holder === id).map(([label]) => label));
  const versionAt = (label: VersionLabel) => {
    const id = holders.get(label);
    const stored = id === undefined ? undefined : contents.get(id);
    return id === undefined || stored === undefined ? undefined : parseKey(id, stored);
  };
  return {
    describe: async () => ({
      isRotationEnabled,
      labels: new Map([...known].map((id) => [id, labelsOf(id)])),
    }),
    read: async (id) => contents.get(id),
    store: async (id, next) => {
      const stored = contents.get(id);
      if (stored !== undefined && stored !== next) throw new ConflictError('the version has other content');
      known.add(id);
      contents.set(id, next);
      holders.set('pending', id);
    },
    promote: async (id, currentId) => {
      if (!known.has(id)) throw new InvalidInputError('no such version');
      if (holders.get('current') !== currentId) throw new ConflictError('another version is current');
      holders.set('previous', currentId).set('current', id);
    },
    start: (id) => {
      const pending = holders.get('pending');
      if (pending !== undefined && pending !== holders.get('current'))
        throw new ConflictError('a rotation is in progress');
      known.add(id);
      holders.set('pending', id);
    },
    cancel: () => holders.delete('pending'),
    setRotation: (isEnabled) => {
      isRotationEnabled = isEnabled;
    },
    idOf: (label) => holders.get(label),
    ring: () => {
      const current = versionAt('current');
      if (current === undefined) throw new Error('the secret has no current version with content');
      const pending = versionAt('pending');
      const isApart = pending !== undefined && pending.id !== current.id;
      return { current, previous: versionAt('previous'), pending: isApart ? pending : undefined };
    },
  };
};

/** Generations of webhook secrets by tenant. */
export const memoryGenerations = (): WebhookGenerations => {
  const stored = new Map<string, WebhookGeneration>();
  return {
    get: async (tenantId) => stored.get(tenantId) ?? FIRST_GENERATION,
    raise: async (tenantId, next) => {
      if ((stored.get(tenantId) ?? FIRST_GENERATION).generation !== next.generation - 1)
        throw new ConflictError('replaced at the same time');
      stored.set(tenantId, next);
    },
  };
};

/** Rings as a consumer sees them that reads the secret each time. */
export const memoryRings = (secret: { ring(): KeyRing }): KeyRings => ({
  read: async () => secret.ring(),
  readAgain: async () => secret.ring(),
});

/** Sealed records in memory. */
export const memoryVault = () => {
  const records = new Map<string, StoredRecord>();
  const nameOf = ({ tenantId, recordId }: Owner) => `${tenantId} ${recordId}`;
  let failing: { readonly call: number; readonly when: 'before' | 'after' } | undefined;
  let calls = 0;
  const step = async <T>(act: () => T): Promise<T> => {
    const isFailing = ++calls === failing?.call;
    if (isFailing && failing?.when === 'before') throw new Error('the process ended');
    const result = act();
    if (isFailing) throw new Error('the process ended');
    return result;
  };
  const store: VaultStore = {
    get: async (owner) => records.get(nameOf(owner))?.sealed,
    put: async (record) => {
      records.set(nameOf(record.owner), record);
    },
    delete: async (owner) => {
      records.delete(nameOf(owner));
    },
    sealedWith: (keyId, { limit, cursor = '' }) =>
      step(() => {
        const names = [...records]
          .filter(([name, { sealed }]) => sealed.keyId === keyId && name > cursor)
          .map(([name]) => name)
          .sort((a, b) => (a < b ? -1 : 1));
        const items = names.slice(0, limit).flatMap((name) => records.get(name) ?? []);
        return { items, nextCursor: names.length > limit ? names[limit - 1] : undefined };
      }),
    replaceKey: ({ owner, sealed }, next) =>
      step(() => {
        const stored = records.get(nameOf(owner));
        if (stored === undefined || stored.sealed.wrappedKey !== sealed.wrappedKey) return false;
        records.set(nameOf(owner), { owner, sealed: next });
        return true;
      }),
  };
  return {
    store,
    records,
    /** Lets the call with this number, counted from now, fail before or after its effect. */
    failAt: (call: number, when: 'before' | 'after') => {
      failing = { call: calls + call, when };
    },
  };
};
