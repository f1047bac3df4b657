import { dynamoAnomalyStore } from '../../../adapters/anomalies/anomaly-store.ts';
import { s3DetectorFiles } from '../../../adapters/anomalies/detector-files.ts';
import { dynamoIngestionStore } from '../../../adapters/anomalies/ingestion-store.ts';
import { s3PeerFiles } from '../../../adapters/anomalies/peer-files.ts';
import { awsRequestSigns } from '../../../adapters/anomalies/request-signs.ts';
import { s3RawStore } from '../../../adapters/metrics/raw-store.ts';
import { dynamoQuotaLedger } from '../../../adapters/platform/quota-ledger.ts';
import type { Anomaly } from '../../../core/anomalies/anomaly.ts';
import type {
  AnomalyStore,
  DetectorFiles,
  IngestionStore,
  PeerStateFiles,
  RequestSigns,
} from '../../../core/anomalies/ports.ts';
import { quarantineKey, rawKey } from '../../../core/metrics/object-keys.ts';
import { hourOf } from '../../../core/shared/time.ts';
import { type Repository, repository } from '../aws/repository.ts';
import { NOW } from '../aws/stored-kind.ts';

const anomaly = (tenantId: string, metric = 'cpu'): Anomaly => ({
  ...{ tenantId, targetId: 'web-1', metric, timestamp: NOW, value: 97, kind: 'pattern' },
  ...{ since: NOW - 300, score: 5.1, oneIn: 4000, parts: { seasonal: 3.6 } },
  ...{ expected: undefined, reason: 'unusual', silenced: undefined },
});
const all = (tenantId: string) => ['cpu', 'memory', 'disk'].map((metric) => anomaly(tenantId, metric));
const end = (tenantId: string) => ({
  ...{ tenantId, targetId: 'web-1', metric: 'cpu', timestamp: NOW, endedAt: NOW + 60 },
});
const group = (tenantId: string) => ({ tenantId, profile: 'web', part: 1, parts: 4 }) as const;
const target = (tenantId: string) => ({ tenantId, targetId: 'web-1' });
const bytes = Buffer.from('learned');

export const ANOMALY_REPOSITORIES: readonly Repository[] = [
  repository<AnomalyStore>('AnomalyStore', ({ table }) => dynamoAnomalyStore(table), {
    record: (store, tenantId) => store.record(all(tenantId), NOW + 600),
    markAnnounced: (store, tenantId) => store.markAnnounced([anomaly(tenantId)]),
    recordEnds: (store, tenantId) => store.recordEnds([end(tenantId)]),
    markEndsAnnounced: (store, tenantId) => store.markEndsAnnounced([end(tenantId)]),
    list: (store, tenantId) => store.list(tenantId, {}, { limit: 1 }),
  }),
  repository<DetectorFiles>('DetectorFiles', ({ bucket }) => s3DetectorFiles(bucket), {
    replace: (files, tenantId) => files.replace(target(tenantId), bytes, undefined),
    read: (files, tenantId) => files.read(target(tenantId)),
  }),
  repository<PeerStateFiles>('PeerStateFiles', ({ bucket }) => s3PeerFiles(bucket), {
    replace: (files, tenantId) => files.replace(group(tenantId), bytes, undefined),
    read: (files, tenantId) => files.read(group(tenantId)),
  }),
  repository<IngestionStore>('IngestionStore', ({ table }) => dynamoIngestionStore(table), {
    put: (store, tenantId) =>
      store.put(tenantId, {
        ...{ checkedAt: NOW, lastSeen: NOW - 60, vanishedMetrics: 2, silence: undefined },
        targets: { reporting: 3, late: 0, silent: 1, expired: 0 },
        hours: [{ hour: hourOf(NOW), received: 10, expected: 12 }],
      }),
    get: (store, tenantId) => store.get(tenantId),
  }),
  repository<RequestSigns>(
    'RequestSigns',
    ({ table, bucket }) => awsRequestSigns(table, { raw: bucket, pointsPerMinute: 1_000, now: table.now }),
    {
      pointsDrawn: (signs, tenantId) => signs.pointsDrawn(tenantId, NOW - 600),
      parkedSince: (signs, tenantId) => signs.parkedSince(tenantId, 0),
    },
    async ({ table, bucket }, tenantId) => {
      const startsAt = NOW - 60;
      const window = { name: 'pointsPerMinute', startsAt, endsAt: NOW } as const;
      await dynamoQuotaLedger(table).draw(tenantId, window, 5);
      const key = quarantineKey(tenantId, rawKey(tenantId, NOW * 1000, 'r1', 'json'));
      await s3RawStore(bucket).put(key, Buffer.from('{}'), 'application/json');
    },
  ),
];
