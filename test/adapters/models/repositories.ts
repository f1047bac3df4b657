import { putObject } from '../../../adapters/aws/s3/bucket.ts';
import { s3ArtefactFiles } from '../../../adapters/models/artefact-files.ts';
import { dynamoModelStore } from '../../../adapters/models/registry-store.ts';
import { dynamoRouteStore } from '../../../adapters/models/route-store.ts';
import type { ArtefactFiles, ModelStore, RouteStore } from '../../../core/models/ports.ts';
import {
  sampleBook,
  sampleLineUp,
  sampleRollout,
  sampleRun,
  sampleVersion,
} from '../../unit/models/samples.ts';
import { type Repository, repository } from '../aws/repository.ts';

const scope = (tenantId: string) => ({ tenantId, kind: 'fleet-trees' });

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
  repository<ArtefactFiles>(
    'ArtefactFiles',
    ({ bucket }) => s3ArtefactFiles(bucket),
    { read: (files, tenantId) => files.read(scope(tenantId), 'r-1/trees.bin') },
    ({ bucket }, tenantId) =>
      putObject(bucket, `models/${tenantId}/fleet-trees/r-1/trees.bin`, tenantId, 'text/plain'),
  ),
  repository<RouteStore>('RouteStore', ({ table }) => dynamoRouteStore(table), {
    replace: (store, tenantId) => store.replace(tenantId, { item: { entries: [] }, revision: 0 }),
    get: (store, tenantId) => store.get(tenantId),
  }),
];
