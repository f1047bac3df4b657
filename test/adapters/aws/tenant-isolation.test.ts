/** What one tenant stores is in its own partition or folder, and the same read of another tenant finds nothing of it. */
import { describe, expect, it } from 'vitest';
import { ANOMALY_BINARY_KINDS, ANOMALY_KINDS } from '../anomalies/stored-kinds.ts';
import { CHANGE_KINDS } from '../changes/stored-kinds.ts';
import { FORECAST_BINARY_KINDS, FORECAST_KINDS } from '../forecasts/stored-kinds.ts';
import { INCIDENT_KINDS } from '../incidents/stored-kinds.ts';
import { METRICS_BINARY_KINDS, METRICS_KINDS } from '../metrics/stored-kinds.ts';
import { MODEL_KINDS } from '../models/stored-kinds.ts';
import { PLATFORM_KINDS } from '../platform/stored-kinds.ts';
import { REMEDIATION_KINDS } from '../remediation/stored-kinds.ts';
import { type MemoryStorage, memoryStorage } from './memory-storage.ts';
import { NOW } from './stored-kind.ts';

interface Kind {
  readonly kind: string;
  readonly write: (storage: MemoryStorage) => Promise<unknown>;
  readonly read: (storage: MemoryStorage) => Promise<unknown>;
}

/** `test/adapters/aws/stored-items.test.ts` fails on a kind that is missing here. All samples belong to tenant `acme`. */
const KINDS: readonly Kind[] = [
  ...PLATFORM_KINDS,
  ...METRICS_KINDS,
  ...FORECAST_KINDS,
  ...ANOMALY_KINDS,
  ...INCIDENT_KINDS,
  ...CHANGE_KINDS,
  ...MODEL_KINDS,
  ...REMEDIATION_KINDS,
  ...[...METRICS_BINARY_KINDS, ...FORECAST_BINARY_KINDS, ...ANOMALY_BINARY_KINDS].map(
    ({ kind, write, read, sample }) => ({
      ...{ kind, read },
      write: (storage: MemoryStorage) => write(storage, sample),
    }),
  ),
];

/** Of the deployment as a whole: no operation reads or lists them. */
const OF_NO_TENANT: readonly string[] = ['drill report'];

/** Objects of a run are read by the key that the workflow of the run passes on. */
const READ_BY_KEY: readonly string[] = ['batch', 'archived forecast'];

const storedBy = async ({ write }: Kind): Promise<MemoryStorage> => {
  const storage = memoryStorage(NOW);
  await write(storage);
  return storage;
};

/** A storage in which everything belongs to another tenant, whose name starts or ends like the first one's. */
const movedTo = (tenant: string, { items, objects }: MemoryStorage): MemoryStorage => {
  const storage = memoryStorage(NOW);
  const move = (key: string): string => key.replaceAll(/(?<![\w-])acme(?![\w-])/g, tenant);
  for (const item of items.values()) {
    // Partition keys of the table and of its indexes.
    const keys = Object.entries(item).filter(([name]) => /pk$/i.test(name));
    const moved = { ...item, ...Object.fromEntries(keys.map(([name, key]) => [name, move(String(key))])) };
    storage.items.set(`${move(String(item.pk))} ${String(item.sk)}`, moved);
  }
  for (const [name, bytes] of objects) storage.objects.set(move(name), bytes);
  return storage;
};

const outcomeOf = async (reading: Promise<unknown>): Promise<unknown> => {
  try {
    return await reading;
  } catch (error) {
    return String(error);
  }
};

describe.each(KINDS.filter(({ kind }) => !OF_NO_TENANT.includes(kind)))('a stored "$kind"', (kind) => {
  it('has the tenant in its key', async () => {
    const { items, objects } = await storedBy(kind);
    expect(items.size + objects.size).toBeGreaterThan(0);
    for (const { pk, sk } of items.values())
      expect(pk === 'TENANTS' ? `T#${String(sk)}` : pk).toMatch(/^T#acme(?:#|$)/);
    for (const name of objects.keys()) expect(name).toMatch(/^[a-z]+\/(?:tenant=)?acme\//);
  });

  const others = READ_BY_KEY.includes(kind.kind) ? [] : ['globex', 'acme2', 'acme-eu', 'my-acme'];
  it.each(others)('of tenant %s is not found by another', async (tenant) => {
    const theirs = movedTo(tenant, await storedBy(kind));
    expect(await outcomeOf(kind.read(theirs))).toEqual(await outcomeOf(kind.read(memoryStorage(NOW))));
  });
});
