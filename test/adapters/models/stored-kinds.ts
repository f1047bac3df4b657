import { gzipSync } from 'node:zlib';
import { dynamoModelStore } from '../../../adapters/models/registry-store.ts';
import { dynamoRouteStore } from '../../../adapters/models/route-store.ts';
import { s3ScoreFiles } from '../../../adapters/models/score-files.ts';
import { s3Snapshots } from '../../../adapters/models/snapshot-files.ts';
import { s3TrustedKeys } from '../../../adapters/models/trusted-keys.ts';
import type { BatchScores } from '../../../core/models/performance/scored-day.ts';
import { addRun, emptyDay } from '../../../core/models/scoring/add-scores.ts';
import { encodeSeries } from '../../../core/models/training/series-codec.ts';
import { jsonHash } from '../../../core/shared/canonical-json.ts';
import { memoryFleet, sha256Of } from '../../fakes/models.ts';
import {
  NOW,
  SCOPE,
  sampleBook,
  sampleLineUp,
  sampleRollout,
  sampleRun,
  sampleSeries,
  sampleVersion,
} from '../../unit/models/samples.ts';
import { sampleScores } from '../../unit/models/scoring/sample-scores.ts';
import type { MemoryStorage } from '../aws/memory-storage.ts';
import { type BinaryKind, firstByteRaised, type StoredKind } from '../aws/stored-kind.ts';

const store = ({ table }: MemoryStorage) => dynamoModelStore(table);

const write = (storage: MemoryStorage) =>
  store(storage).commit({
    scope: SCOPE,
    lineUp: { item: sampleLineUp(), revision: 0 },
    version: { item: sampleVersion(), revision: 0 },
    rollout: { item: sampleRollout(), revision: 0 },
    run: { item: sampleRun(), revision: 0 },
    book: { item: sampleBook(), revision: 0 },
  });

const RUN = '2026-11-30T10-05-00Z-abcd';
const scores = sampleScores(RUN);
const day = addRun(emptyDay('2026-11-30'), RUN, scores);

const routes = { entries: [{ kind: 'network', region: 'eu', follows: 'own' as const, pinned: '1.0.0' }] };

const KEY = { keyId: 'signing-v1', publicKey: 'A'.repeat(43) };

const snapshots = ({ bucket }: MemoryStorage) => s3Snapshots(bucket, memoryFleet([]));

/** A manifest of one object with these bytes. */
const manifestOf = (bytes: Uint8Array) => ({
  ...{ ...SCOPE, from: NOW - 86_400, to: NOW },
  objects: [{ key: 'series', sha256: sha256Of(bytes), bytes: bytes.length, from: NOW - 86_400, to: NOW }],
});

const writeSnapshot = async (storage: MemoryStorage, bytes: Uint8Array) => {
  storage.objects.set('series', gzipSync(bytes));
  await snapshots(storage).put(manifestOf(bytes), jsonHash(manifestOf(bytes)));
};

const readSnapshot = (storage: MemoryStorage, bytes: Uint8Array) =>
  snapshots(storage).series(SCOPE, jsonHash(manifestOf(bytes)));

const NO_SERIES = encodeSeries([]);

export const MODEL_KINDS: readonly StoredKind[] = [
  {
    ...{ kind: 'line-up of models', version: 1, key: / LINEUP#fleet-trees$/, write },
    read: (storage) => store(storage).lineUp(SCOPE),
    content: { item: sampleLineUp(), revision: 1 },
  },
  {
    ...{ kind: 'version of a model', version: 1, key: / MODEL#fleet-trees#/, write },
    read: (storage) => store(storage).version(SCOPE, '0.1.0'),
    content: { item: sampleVersion(), revision: 1 },
  },
  {
    ...{ kind: 'rollout of a model', version: 1, key: / ROLLOUT#fleet-trees#rollout-1$/, write },
    read: (storage) => store(storage).rollout(SCOPE, 'rollout-1'),
    content: { item: sampleRollout(), revision: 1 },
  },
  {
    ...{ kind: 'training of a model', version: 1, key: / TRAINING#fleet-trees#r-1$/, write },
    read: (storage) => store(storage).run(SCOPE, 'r-1'),
    content: { item: sampleRun(), revision: 1 },
  },
  {
    ...{ kind: 'list of trainings', version: 1, key: / TRAININGS#fleet-trees$/, write },
    read: (storage) => store(storage).book(SCOPE),
    content: { item: sampleBook(), revision: 1 },
  },
  {
    ...{ kind: 'routing table of models', version: 1, key: / ROUTES$/ },
    write: ({ table }) => dynamoRouteStore(table).replace('acme', { item: routes, revision: 0 }),
    read: ({ table }) => dynamoRouteStore(table).get('acme'),
    content: { item: routes, revision: 1 },
  },
  {
    ...{ kind: 'public key of models', version: 1, key: /^keys\// },
    write: ({ bucket }) => s3TrustedKeys(bucket).add('acme', KEY),
    read: async ({ bucket }) => (await s3TrustedKeys(bucket).all('acme'))[0],
    content: KEY,
  },
  {
    ...{ kind: 'manifest of a snapshot', version: 1, key: /\/manifests\// },
    write: async (storage) => {
      await snapshots(storage).put(manifestOf(NO_SERIES), jsonHash(manifestOf(NO_SERIES)));
    },
    read: async (storage) => {
      storage.objects.set('series', gzipSync(NO_SERIES));
      return readSnapshot(storage, NO_SERIES);
    },
    content: [],
  },
  {
    ...{ kind: 'scores of a batch', version: 1, key: /scores\/0003\.json$/ },
    write: ({ bucket }) => s3ScoreFiles(bucket).writeBatch('acme', RUN, 3, scores),
    read: async ({ bucket }) => {
      const found: BatchScores[] = [];
      await s3ScoreFiles(bucket).visitBatches('acme', RUN, (one) => found.push(one));
      return found[0];
    },
    content: scores,
  },
  {
    ...{ kind: 'scores of a day', version: 1, key: /^scores\/tenant=acme\/2026-11-30\.json$/ },
    write: ({ bucket }) => s3ScoreFiles(bucket).replaceDay('acme', day, undefined),
    read: async ({ bucket }) => (await s3ScoreFiles(bucket).readDay('acme', '2026-11-30'))?.scores,
    content: day,
  },
];

let written: Uint8Array = new Uint8Array();

export const MODEL_BINARY_KINDS: readonly BinaryKind[] = [
  {
    kind: 'series of a snapshot',
    write: async (storage, bytes) => {
      written = bytes;
      await writeSnapshot(storage, bytes);
    },
    read: (storage) => readSnapshot(storage, written),
    sample: encodeSeries([sampleSeries()]),
    content: [sampleSeries()],
    newer: firstByteRaised,
  },
];
