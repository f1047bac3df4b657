/** All that ingestion writes to, in memory, with every single write observable and breakable. */

import { historyOf } from '../../core/metrics/blocks/block-history.ts';
import type {
  BlockKey,
  BlockStore,
  IngestPointer,
  IngestQueue,
  RawStore,
  TargetRegistry,
} from '../../core/metrics/ports.ts';
import { mergeSighting } from '../../core/metrics/targets/merge-sighting.ts';
import type { Target } from '../../core/metrics/targets/target.ts';
import type { ApiKey, ApiKeyStore, RateLimiter } from '../../core/platform/access/ports.ts';
import { ConflictError, InvalidInputError } from '../../core/shared/errors.ts';
import type { Telemetry } from '../../core/shared/telemetry.ts';

const nameOf = ({ tenantId, targetId, hour }: BlockKey): string => `${tenantId} ${targetId} ${hour}`;

const byCode = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Called around every single write with what is written; throwing is a crash before or after it. */
export interface WriteHooks {
  before: (what: string) => void | Promise<void>;
  after: (what: string) => void;
}

export class MemoryWorld {
  readonly objects = new Map<string, Uint8Array>();
  readonly queued: IngestPointer[] = [];
  readonly stored = new Map<string, { bytes: Uint8Array; version: number }>();
  readonly known = new Map<string, Target>();
  readonly apiKeys = new Map<string, ApiKey>();
  readonly told: { level: 'info' | 'error'; message: string; fields: Readonly<Record<string, unknown>> }[] =
    [];
  readonly counted = new Map<string, number>();
  readonly hooks: WriteHooks = { before: () => {}, after: () => {} };
  quotaLeft = Number.POSITIVE_INFINITY;

  async #write(what: string, apply: () => void): Promise<void> {
    await this.hooks.before(what);
    apply();
    this.hooks.after(what);
  }

  readonly raw: RawStore = {
    put: (key, body) => this.#write(`put ${key}`, () => this.objects.set(key, body)),
    get: async (key) => {
      const object = this.objects.get(key);
      if (object === undefined) throw new InvalidInputError(`no object ${key}`);
      return object;
    },
  };

  readonly queue: IngestQueue = {
    send: (pointer) => this.#write(`send ${pointer.key}`, () => this.queued.push(pointer)),
  };

  readonly blocks: BlockStore = {
    read: async (keys) =>
      keys.map((key) => {
        const block = this.stored.get(nameOf(key));
        return { key, bytes: block?.bytes, version: block?.version ?? 0 };
      }),
    write: async (writes) => {
      const lost: BlockKey[] = [];
      for (const { key, bytes, expectedVersion } of writes)
        await this.#write(`block ${nameOf(key)}`, () => {
          const version = this.stored.get(nameOf(key))?.version ?? 0;
          if (version === expectedVersion) this.stored.set(nameOf(key), { bytes, version: version + 1 });
          else lost.push(key);
        });
      return lost;
    },
    readRange: async () => {
      throw new Error('not part of ingestion');
    },
  };

  readonly targets: TargetRegistry = {
    record: async (tenantId, sightings) => {
      for (const seen of sightings)
        await this.#write(`target ${tenantId} ${seen.targetId}`, () => {
          const name = `${tenantId} ${seen.targetId}`;
          this.known.set(name, mergeSighting(tenantId, this.known.get(name), seen).target);
        });
    },
    get: async (tenantId, targetId) => this.known.get(`${tenantId} ${targetId}`),
    list: async () => ({ items: [...this.known.values()], nextCursor: undefined }),
    listTenants: async () => [...new Set([...this.known.values()].map(({ tenantId }) => tenantId))],
  };

  readonly keys: ApiKeyStore = {
    find: async (hash) => this.apiKeys.get(hash),
    add: async (hash, key) => {
      if (this.apiKeys.has(hash)) throw new ConflictError('exists');
      this.apiKeys.set(hash, key);
    },
  };

  readonly quota: RateLimiter = {
    take: async (_, points) => {
      if (points > this.quotaLeft) return false;
      this.quotaLeft -= points;
      return true;
    },
  };

  readonly telemetry: Telemetry = {
    info: (message, fields) => this.told.push({ level: 'info', message, fields }),
    error: (message, fields) => this.told.push({ level: 'error', message, fields }),
    count: (outcome, amount = 1) => this.counted.set(outcome, (this.counted.get(outcome) ?? 0) + amount),
  };

  /** Every stored point as `tenant target metric time value`: what the world holds, whoever wrote it how often. */
  points(): string[] {
    const points: string[] = [];
    for (const [name, { bytes, version }] of this.stored) {
      const [tenantId = '', targetId = '', hour] = name.split(' ');
      const histories = historyOf([{ key: { tenantId, targetId, hour: Number(hour) }, bytes, version }]);
      for (const [metric, { timestamps, values }] of histories)
        timestamps.forEach((timestamp, index) => {
          points.push(`${tenantId} ${targetId} ${metric} ${timestamp} ${values[index]}`);
        });
    }
    return points.sort(byCode);
  }

  /** Blocks without their versions, and targets: equal for equal content, bytes included. */
  content() {
    const blocks = [...this.stored].map(([name, { bytes }]) => [name, Buffer.from(bytes).toString('hex')]);
    return { blocks: new Map(blocks as [string, string][]), targets: new Map(this.known) };
  }

  quarantined(): string[] {
    return [...this.objects.keys()].filter((key) => key.startsWith('quarantine/')).sort(byCode);
  }
}
