import { dynamoAnomalyStore } from '../../../adapters/anomalies/anomaly-store.ts';
import { s3DetectorFiles } from '../../../adapters/anomalies/detector-files.ts';
import { dynamoIngestionStore } from '../../../adapters/anomalies/ingestion-store.ts';
import { s3PeerFiles } from '../../../adapters/anomalies/peer-files.ts';
import type { Anomaly } from '../../../core/anomalies/anomaly.ts';
import type { IngestionSummary } from '../../../core/anomalies/ingestion-summary.ts';
import {
  GroupDetectors,
  packGroupDetectors,
  unpackGroupDetectors,
} from '../../../core/anomalies/peers/group-detectors.ts';
import {
  packDetectors,
  TargetDetectors,
  unpackDetectors,
} from '../../../core/anomalies/tracking/target-detectors.ts';
import { hourOf } from '../../../core/shared/time.ts';
import { type BinaryKind, deflatedByteRaised, NOW, type StoredKind } from '../aws/stored-kind.ts';

const anomaly: Anomaly = {
  ...{ tenantId: 'acme', targetId: 'web-1', metric: 'cpu', timestamp: NOW, value: 1e200, kind: 'pattern' },
  ...{ since: NOW - 300, score: 5.1, oneIn: 4000, parts: { seasonal: 3.6 } },
  ...{ expected: { lower: 1, upper: 2 }, reason: 'unusual', silenced: undefined, endedAt: undefined },
};

const summary: IngestionSummary = {
  ...{ checkedAt: NOW, lastSeen: NOW - 60, vanishedMetrics: 2, silence: 'nothing arrives' },
  targets: { reporting: 3, late: 0, silent: 1, expired: 0 },
  hours: [{ hour: hourOf(NOW), received: 10, expected: 12 }],
};

export const ANOMALY_KINDS: readonly StoredKind[] = [
  {
    kind: 'anomaly',
    version: 1,
    key: / ANOMALY#/,
    write: ({ table }) => dynamoAnomalyStore(table).record([anomaly], NOW + 60),
    read: async ({ table }) => (await dynamoAnomalyStore(table).list('acme', {}, { limit: 1 })).items[0],
    content: anomaly,
  },
  {
    kind: 'ingestion',
    version: 1,
    key: / INGESTION/,
    write: ({ table }) => dynamoIngestionStore(table).put('acme', summary),
    read: ({ table }) => dynamoIngestionStore(table).get('acme'),
    content: summary,
  },
];

const group = { tenantId: 'acme', profile: 'web', part: 1, parts: 4 } as const;
const target = { tenantId: 'acme', targetId: 'web-1' };
const detectors = new TargetDetectors(hourOf(NOW));
const peers = new GroupDetectors(hourOf(NOW), [], new Map());

export const ANOMALY_BINARY_KINDS: readonly BinaryKind[] = [
  {
    kind: 'detector state',
    write: ({ bucket }, bytes) => s3DetectorFiles(bucket).replace(target, bytes, undefined),
    read: async ({ bucket }) =>
      unpackDetectors((await s3DetectorFiles(bucket).read(target))?.bytes ?? new Uint8Array()),
    sample: packDetectors(detectors),
    content: detectors,
    newer: deflatedByteRaised,
  },
  {
    kind: 'state of a peer group',
    write: ({ bucket }, bytes) => s3PeerFiles(bucket).replace(group, bytes, undefined),
    read: async ({ bucket }) =>
      unpackGroupDetectors((await s3PeerFiles(bucket).read(group))?.bytes ?? new Uint8Array()),
    sample: packGroupDetectors(peers),
    content: peers,
    newer: deflatedByteRaised,
  },
];
