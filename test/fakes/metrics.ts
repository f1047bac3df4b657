/** The ports of metrics in memory, with the guarantees of the real stores, and a world to run ingestion in. */

import { encodeBlock } from '../../core/metrics/blocks/block-codec.ts';
import { historyOf } from '../../core/metrics/blocks/block-history.ts';
import type { BlockKey, StoredBlock } from '../../core/metrics/blocks/stored-block.ts';
import { BusyTargets } from '../../core/metrics/ingestion/busy-targets.ts';
import type { IngestPointer } from '../../core/metrics/ingestion/ingest-pointer.ts';
import type { IngestQueue, RawStore } from '../../core/metrics/ingestion/ports.ts';
import type {
  BlockStore,
  TargetFinder,
  TargetRecorder,
  TargetRegistry,
  TenantsPart,
} from '../../core/metrics/ports.ts';
import { mergeSighting } from '../../core/metrics/targets/merge-sighting.ts';
import type { Target } from '../../core/metrics/targets/target.ts';
import type { TenantQuotas } from '../../core/platform/access/ports.ts';
import type { QuotaName } from '../../core/platform/api/quotas.ts';
import { InvalidInputError } from '../../core/shared/errors.ts';
import type { PageRequest } from '../../core/shared/page.ts';
import type { Telemetry } from '../../core/shared/telemetry.ts';
import { hourOf } from '../../core/shared/time.ts';
import { memorySettings } from './platform.ts';
import { pageOf } from './shared.ts';

export const memoryRegistry = (targets: readonly Target[]) => ({
  get: async (tenantId: string, targetId: string) =>
    targets.find((target) => target.tenantId === tenantId && target.targetId === targetId),
  list: async (tenantId: string, page: PageRequest) =>
    pageOf(
      `targets ${tenantId}`,
      targets.filter((target) => target.tenantId === tenantId),
      page,
    ),
  listTenants: async ({ after = '', limit }: Partial<TenantsPart> = {}) =>
    [...new Set(targets.map(({ tenantId }) => tenantId))]
      .sort((a, b) => (a < b ? -1 : 1))
      .filter((tenant) => tenant > after)
      .slice(0, limit),
});

/** A block store that holds the given points: one gauge series per name, `[epoch second, value]` pairs. */
export const memoryBlocks = (
  histories: Readonly<Record<string, Readonly<Record<string, readonly (readonly [number, number])[]>>>>,
): Pick<BlockStore, 'readRange'> => ({
  readRange: async (tenantId, targetId, fromHour, toHour) => {
    const blocks: StoredBlock[] = [];
    for (let hour = fromHour; hour <= toHour; hour++) {
      const series = Object.entries(histories[`${tenantId} ${targetId}`] ?? {}).flatMap(
        ([metric, points]) => {
          const own = points.filter(([at]) => hourOf(at) === hour);
          if (own.length === 0) return [];
          const offsets = Uint16Array.from(own, ([at]) => at - hour * 3600);
          const values = Float64Array.from(own, ([, value]) => value);
          return [[metric, { offsets, values, receipts: new Float64Array(own.length).fill(1) }] as const];
        },
      );
      if (series.length === 0) continue;
      blocks.push({ key: { tenantId, targetId, hour }, bytes: encodeBlock(new Map(series)), version: 1 });
    }
    return blocks;
  },
});

export const watched = (targetId: string, over: Partial<Target> = {}): Target => ({
  tenantId: 'acme',
  targetId,
  profile: 'web',
  metrics: { cpu_percent: { kind: 'gauge', unit: '%' } },
  firstSeen: 0,
  lastSeen: 1_795_255_500,
  ...over,
});

const nameOf = ({ tenantId, targetId, hour }: BlockKey): string => `${tenantId} ${targetId} ${hour}`;

const byCode = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Called before and after every single write with a description of it; throwing simulates a crash at that point. */
export interface WriteHooks {
  before: (what: string) => void | Promise<void>;
  after: (what: string) => void;
}

/** All stores of ingestion in memory; every single write can be observed and made to fail. */
export class IngestionWorld {
  readonly objects = new Map<string, Uint8Array>();
  readonly queued: IngestPointer[] = [];
  readonly stored = new Map<string, { bytes: Uint8Array; version: number }>();
  readonly known = new Map<string, Target>();
  readonly logged: { level: 'info' | 'error'; message: string; fields: Readonly<Record<string, unknown>> }[] =
    [];
  readonly counted = new Map<string, number>();
  readonly hooks: WriteHooks = { before: () => {}, after: () => {} };
  quotaLeft = Number.POSITIVE_INFINITY;
  readonly usedUp = new Set<QuotaName>();
  readonly settings = memorySettings();
  readonly busy = new BusyTargets();

  async #write(what: string, apply: () => void): Promise<void> {
    await this.hooks.before(what);
    apply();
    this.hooks.after(what);
  }

  readonly raw: RawStore = {
    put: (key, body) => this.#write(`put ${key}`, () => this.objects.set(key, body)),
    get: async (key) => {
      const object = this.objects.get(key);
      if (object === undefined) throw new InvalidInputError(`object ${key} does not exist`);
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

  readonly targets: TargetRecorder & TargetRegistry & TargetFinder = {
    findNew: async (tenantId, targetIds) =>
      targetIds.filter((targetId) => !this.known.has(`${tenantId} ${targetId}`)),
    remember: () => {},
    readNotices: async (tenantId, targetIds) =>
      targetIds.flatMap((targetId) => this.known.get(`${tenantId} ${targetId}`) ?? []),
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

  readonly quotas: TenantQuotas = {
    take: async (_, name, points) => {
      if (name !== 'pointsPerMinute') return true;
      if (points > this.quotaLeft) return false;
      this.quotaLeft -= points;
      return true;
    },
    takeEach: async (_, name, ids) => (this.usedUp.has(name) ? ids : []),
    charge: async (_, __, points) => {
      this.quotaLeft -= points;
    },
    isSpent: () => this.quotaLeft <= 0,
  };

  readonly telemetry: Telemetry = {
    info: (message, fields) => this.logged.push({ level: 'info', message, fields }),
    error: (message, fields) => this.logged.push({ level: 'error', message, fields }),
    count: (outcome, amount = 1) => this.counted.set(outcome, (this.counted.get(outcome) ?? 0) + amount),
  };

  /** Every stored point as `tenant target metric time value`, sorted. */
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
