import { dynamoBlockStore } from '../../../adapters/metrics/block-store.ts';
import { s3RawStore } from '../../../adapters/metrics/raw-store.ts';
import { dynamoTargetFinder } from '../../../adapters/metrics/target-finder.ts';
import { dynamoTargetRecorder } from '../../../adapters/metrics/target-recorder.ts';
import { dynamoTargetRegistry } from '../../../adapters/metrics/target-registry.ts';
import type { RawStore } from '../../../core/metrics/ingestion/ports.ts';
import { rawKey } from '../../../core/metrics/object-keys.ts';
import type {
  BlockStore,
  TargetFinder,
  TargetRecorder,
  TargetRegistry,
} from '../../../core/metrics/ports.ts';
import type { TargetSighting } from '../../../core/metrics/targets/sighting.ts';
import { hourOf } from '../../../core/shared/time.ts';
import { type Repository, repository, type SharedStorage } from '../aws/repository.ts';
import { NOW } from '../aws/stored-kind.ts';

const hour = hourOf(NOW);
const block = (tenantId: string) => ({ tenantId, targetId: 'web-1', hour });
const sightings: readonly TargetSighting[] = ['web-1', 'web-2', 'web-3'].map((targetId) => ({
  ...{ targetId, profile: 'web', metrics: { cpu: { kind: 'gauge' } }, firstSeen: NOW, lastSeen: NOW },
  notices: [{ code: 'points-parked', at: NOW, detail: '1 points were not stored' }],
}));
const recorded = ({ table }: SharedStorage, tenantId: string) =>
  dynamoTargetRecorder(table).record(tenantId, sightings);
const key = (tenantId: string) => rawKey(tenantId, NOW * 1000, 'r1', 'json');

export const METRICS_REPOSITORIES: readonly Repository[] = [
  repository<BlockStore>('BlockStore', ({ table }) => dynamoBlockStore(table), {
    write: (store, tenantId) =>
      store.write([{ key: block(tenantId), bytes: Uint8Array.of(1, 2, 3), expectedVersion: 0 }]),
    read: async (store, tenantId) => (await store.read([block(tenantId)])).map(({ version }) => version),
    readRange: async (store, tenantId) =>
      (await store.readRange(tenantId, 'web-1', hour - 1, hour + 1)).map(({ version }) => version),
  }),
  repository<TargetRecorder>('TargetRecorder', ({ table }) => dynamoTargetRecorder(table), {
    record: (recorder, tenantId) => recorder.record(tenantId, sightings),
  }),
  repository<TargetFinder>(
    'TargetFinder',
    ({ table }) => dynamoTargetFinder(table),
    {
      remember: (finder, tenantId) => finder.remember(tenantId, ['web-4']),
      findNew: (finder, tenantId) => finder.findNew(tenantId, ['web-1', 'web-4']),
      readNotices: (finder, tenantId) => finder.readNotices(tenantId, ['web-1', 'web-2']),
    },
    recorded,
  ),
  repository<TargetRegistry>(
    'TargetRegistry',
    ({ table }) => dynamoTargetRegistry(table),
    {
      get: (registry, tenantId) => registry.get(tenantId, 'web-1'),
      list: (registry, tenantId) => registry.list(tenantId, { limit: 1 }),
      listTenants: { acrossTenants: 'schedules start work for each tenant' },
    },
    recorded,
  ),
  repository<RawStore>('RawStore', ({ bucket }) => s3RawStore(bucket), {
    put: (store, tenantId) => store.put(key(tenantId), Buffer.from('{}'), 'application/json'),
    // The queue passes the key on; a message with a key of another tenant is refused.
    get: (store, tenantId) => store.get(key(tenantId)),
  }),
];
