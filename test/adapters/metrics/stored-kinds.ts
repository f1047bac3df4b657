import { dynamoBlockReader, dynamoBlockStore } from '../../../adapters/metrics/block-store.ts';
import { dynamoTargetRecorder } from '../../../adapters/metrics/target-recorder.ts';
import { dynamoTargetRegistry } from '../../../adapters/metrics/target-registry.ts';
import { decodeBlock, encodeBlock } from '../../../core/metrics/blocks/block-codec.ts';
import type { Target } from '../../../core/metrics/targets/target.ts';
import { hourOf } from '../../../core/shared/time.ts';
import { type BinaryKind, firstByteRaised, NOW, type StoredKind } from '../aws/stored-kind.ts';

const target: Target = {
  ...{ tenantId: 'acme', targetId: 'web-1', profile: 'web', firstSeen: NOW, lastSeen: NOW },
  metrics: { cpu: { kind: 'gauge', unit: '%' }, requests: { kind: 'counter' } },
  notices: [{ code: 'points-parked', at: NOW, detail: '1 points were not stored' }],
};

export const METRICS_KINDS: readonly StoredKind[] = [
  {
    kind: 'target',
    version: 1,
    key: / TARGET#web-1$/,
    write: ({ table }) => dynamoTargetRecorder(table).record('acme', [target]),
    read: ({ table }) => dynamoTargetRegistry(table).get('acme', 'web-1'),
    content: target,
  },
];

const hour = hourOf(NOW);
const block = new Map([
  ['cpu', { offsets: Uint16Array.of(300), values: Float64Array.of(0.5), receipts: Float64Array.of(NOW) }],
]);

export const METRICS_BINARY_KINDS: readonly BinaryKind[] = [
  {
    kind: 'block',
    write: ({ table }, bytes) =>
      dynamoBlockStore(table).write([
        { key: { tenantId: 'acme', targetId: 'web-1', hour }, bytes, expectedVersion: 0 },
      ]),
    read: async ({ table }) => {
      const [stored] = await dynamoBlockReader(table).readRange('acme', 'web-1', hour, hour);
      return decodeBlock(stored?.bytes ?? new Uint8Array());
    },
    sample: encodeBlock(block),
    content: block,
    newer: firstByteRaised,
  },
];
