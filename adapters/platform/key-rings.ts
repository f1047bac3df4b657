import {
  type KeyRing,
  type KeyVersion,
  MAX_RING_AGE_MS,
  parseKey,
} from '../../core/platform/secrets/key-ring.ts';
import type { KeyRings, VersionLabel } from '../../core/platform/secrets/ports.ts';
import { ConfigurationError } from '../../core/shared/errors.ts';
import type { Telemetry } from '../../core/shared/telemetry.ts';
import { describeSecret, readSecret, type SecretOptions } from './secret-reader.ts';

export interface KeyRingOptions extends SecretOptions {
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly telemetry: Telemetry;
}

/** Anyone can send an unknown key: the ring is not read more often because of it. */
const MIN_READ_INTERVAL_MS = 10_000;

/** While the secret cannot be read, a version that has retired since passes for no longer than this. */
export const MAX_STALE_MS = 3_600_000;

/** The contents of versions never change, so only new ones are read. */
class RingReader {
  readonly #options: KeyRingOptions;
  #known = new Map<string, KeyVersion>();

  constructor(options: KeyRingOptions) {
    this.#options = options;
  }

  async read(): Promise<KeyRing> {
    const { labels } = await describeSecret(this.#options);
    const held = (label: VersionLabel) => [...labels].find(([, own]) => own.has(label))?.[0];
    const [current, previous, pending] = await Promise.all(
      [held('current'), held('previous'), held('pending')].map((id) => id && this.#version(id)),
    );
    if (!current) throw new ConfigurationError('the secret has no current version');
    const isApart = pending && pending.id !== current.id;
    const ring = { current, previous: previous || undefined, pending: isApart ? pending : undefined };
    this.#known = new Map([current, previous, pending].flatMap((each) => (each ? [[each.id, each]] : [])));
    return ring;
  }

  async #version(id: string): Promise<KeyVersion | undefined> {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const content = await readSecret(this.#options, id);
    return content === undefined ? undefined : parseKey(id, content);
  }
}

/**
 * The ring of a secret, cached in the process. While Secrets Manager cannot be read, the last known ring serves for an hour;
 * each failure is logged and counted as `KeyRingStale`.
 * @throws DependencyUnavailableError while there is no ring of the last hour
 */
export const secretsManagerRings = (options: KeyRingOptions): KeyRings => {
  const { now, telemetry } = options;
  const reader = new RingReader(options);
  let ring: KeyRing | undefined;
  let [readAt, triedAt] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let reading: Promise<KeyRing> | undefined;

  const known = (): KeyRing | undefined => (now() - readAt < MAX_STALE_MS ? ring : undefined);
  const refresh = async (): Promise<KeyRing> => {
    triedAt = now();
    try {
      const found = await reader.read();
      readAt = triedAt;
      ring = found;
      return found;
    } catch (error) {
      if (ring !== undefined) telemetry.count('KeyRingStale');
      const last = known();
      if (last === undefined) throw error;
      telemetry.error('a secret cannot be read: its last known versions serve on', {}, error);
      return last;
    }
  };
  /** Requests at the same time share one reading. */
  const refreshOnce = async (): Promise<KeyRing> => {
    reading ??= refresh().finally(() => {
      reading = undefined;
    });
    return reading;
  };
  const mayTry = () => now() - triedAt >= MIN_READ_INTERVAL_MS;

  return {
    read: async () => {
      const last = known();
      if (last !== undefined && (now() - readAt < MAX_RING_AGE_MS || !mayTry())) return last;
      return refreshOnce();
    },
    readAgain: async () => (mayTry() ? refreshOnce() : (known() ?? refreshOnce())),
  };
};
