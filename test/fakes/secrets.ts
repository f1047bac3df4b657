/** A secret with the semantics of Secrets Manager's versions and staging labels, in memory. */
import type { KeyRing } from '../../core/platform/secrets/key-ring.ts';
import { parseKey } from '../../core/platform/secrets/key-ring.ts';
import type { KeyRings, SecretVersions, VersionLabel } from '../../core/platform/secrets/ports.ts';
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

/** Rings as a consumer sees them; `read` counts the reads of the store. */
export const memoryRings = (secret: { ring(): KeyRing }): KeyRings => ({
  read: async () => secret.ring(),
  readAgain: async () => secret.ring(),
});
