import { dynamoModelStore } from '../../../adapters/models/registry-store.ts';
import { dynamoRouteStore } from '../../../adapters/models/route-store.ts';
import {
  SCOPE,
  sampleBook,
  sampleLineUp,
  sampleRollout,
  sampleRun,
  sampleVersion,
} from '../../unit/models/samples.ts';
import type { MemoryStorage } from '../aws/memory-storage.ts';
import type { StoredKind } from '../aws/stored-kind.ts';

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

const routes = { entries: [{ kind: 'network', region: 'eu', follows: 'own' as const, pinned: '1.0.0' }] };

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
];
