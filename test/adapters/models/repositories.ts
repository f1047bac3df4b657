import { s3ArtefactFiles } from '../../../adapters/models/artefact-files.ts';
import { dynamoModelStore } from '../../../adapters/models/registry-store.ts';
import { dynamoRouteStore } from '../../../adapters/models/route-store.ts';
import { s3ScoreFiles } from '../../../adapters/models/score-files.ts';
import { s3Snapshots } from '../../../adapters/models/snapshot-files.ts';
import { s3TrustedKeys } from '../../../adapters/models/trusted-keys.ts';
import type {
  ArtefactFiles,
  ModelStore,
  RouteStore,
  ScoreFiles,
  Snapshots,
  TrustedKeys,
} from '../../../core/models/ports.ts';
import { emptyDay } from '../../../core/models/scoring/add-scores.ts';
import { snapshotManifest } from '../../../core/models/training/snapshot-manifest.ts';
import { jsonHash } from '../../../core/shared/canonical-json.ts';
import { memoryFleet } from '../../fakes/models.ts';
import {
  NOW,
  sampleBook,
  sampleLineUp,
  sampleRollout,
  sampleRun,
  sampleSeries,
  sampleVersion,
} from '../../unit/models/samples.ts';
import { sampleScores } from '../../unit/models/scoring/sample-scores.ts';
import { type Repository, repository } from '../aws/repository.ts';

const RUN = '2026-11-30T10-05-00Z-abcd';
const scope = (tenantId: string) => ({ tenantId, kind: 'fleet-trees' });

const WINDOW = { from: NOW - 86_400, to: NOW };

const manifestOf = async (snapshots: Snapshots, tenantId: string) =>
  snapshotManifest(scope(tenantId), WINDOW, await snapshots.objects(scope(tenantId), WINDOW));

/** Two versions with the same numbers for each tenant. */
const commit = async (store: ModelStore, tenantId: string) => {
  const manifest = { ...sampleVersion().manifest, tenantId };
  const first = await store.commit({
    scope: scope(tenantId),
    lineUp: { item: sampleLineUp(), revision: 0 },
    version: { item: sampleVersion({ tenantId, manifest }), revision: 0 },
    rollout: { item: sampleRollout({ tenantId }), revision: 0 },
    run: { item: sampleRun({ tenantId }), revision: 0 },
    book: { item: sampleBook(), revision: 0 },
  });
  const item = sampleVersion({ tenantId, manifest, version: '0.2.0' });
  return [first, await store.commit({ scope: scope(tenantId), version: { item, revision: 0 } })];
};

export const MODEL_REPOSITORIES: readonly Repository[] = [
  repository<ModelStore>('ModelStore', ({ table }) => dynamoModelStore(table), {
    commit,
    lineUp: (store, tenantId) => store.lineUp(scope(tenantId)),
    version: (store, tenantId) => store.version(scope(tenantId), '0.1.0'),
    rollout: (store, tenantId) => store.rollout(scope(tenantId), 'rollout-1'),
    run: (store, tenantId) => store.run(scope(tenantId), 'r-1'),
    book: (store, tenantId) => store.book(scope(tenantId)),
    list: (store, tenantId) => store.list(scope(tenantId), { limit: 1 }),
  }),
  repository<ArtefactFiles>('ArtefactFiles', ({ bucket }) => s3ArtefactFiles(bucket), {
    write: (files, tenantId) => files.write(scope(tenantId), 'r-1/trees.bin', Buffer.from(tenantId)),
    read: (files, tenantId) => files.read(scope(tenantId), 'r-1/trees.bin'),
  }),
  repository<Snapshots>('Snapshots', ({ bucket }) => s3Snapshots(bucket, memoryFleet([sampleSeries()])), {
    objects: (snapshots, tenantId) => snapshots.objects(scope(tenantId), WINDOW),
    put: async (snapshots, tenantId) => {
      const manifest = await manifestOf(snapshots, tenantId);
      await snapshots.put(manifest, jsonHash(manifest));
    },
    series: async (snapshots, tenantId) =>
      snapshots.series(scope(tenantId), jsonHash(await manifestOf(snapshots, tenantId))),
  }),
  repository<TrustedKeys>('TrustedKeys', ({ bucket }) => s3TrustedKeys(bucket), {
    add: (keys, tenantId) => keys.add(tenantId, { keyId: 'signing-v1', publicKey: 'A'.repeat(43) }),
    all: (keys, tenantId) => keys.all(tenantId),
  }),
  repository<ScoreFiles>('ScoreFiles', ({ bucket }) => s3ScoreFiles(bucket), {
    writeBatch: (files, tenantId) => files.writeBatch(tenantId, RUN, 3, sampleScores(RUN)),
    visitBatches: async (files, tenantId) => {
      const found: unknown[] = [];
      await files.visitBatches(tenantId, RUN, (one) => found.push(one));
      return found;
    },
    replaceDay: (files, tenantId) => files.replaceDay(tenantId, emptyDay('2026-11-30'), undefined),
    readDay: (files, tenantId) => files.readDay(tenantId, '2026-11-30'),
  }),
  repository<RouteStore>('RouteStore', ({ table }) => dynamoRouteStore(table), {
    replace: (store, tenantId) => store.replace(tenantId, { item: { entries: [] }, revision: 0 }),
    get: (store, tenantId) => store.get(tenantId),
  }),
];
