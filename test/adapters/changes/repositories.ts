import { dynamoDeploymentStore } from '../../../adapters/changes/deployment-store.ts';
import { dynamoChangeStore } from '../../../adapters/incidents/change-store.ts';
import type { ChangeRecord } from '../../../core/changes/change.ts';
import type { DeploymentStore } from '../../../core/changes/ports.ts';
import { DEFAULT_WATCH_POLICY } from '../../../core/changes/watch-policy.ts';
import type { ChangeStore } from '../../../core/incidents/ports.ts';
import { type Repository, repository } from '../aws/repository.ts';
import { NOW } from '../aws/stored-kind.ts';

const change = (tenantId: string, n = 1): ChangeRecord => ({
  ...{ tenantId, targetId: 'web-1', at: NOW, summary: 'v41', kind: 'deployment', changeId: `deploy-${n}` },
  ...{ version: '41', previousVersion: '40', recordedAt: NOW },
  ...{ policy: DEFAULT_WATCH_POLICY, checks: [], health: 'watching' },
});
const outcome = { features: { replaced: 2 }, wasUnhealthy: true };

export const CHANGE_REPOSITORIES: readonly Repository[] = [
  repository<DeploymentStore>('DeploymentStore', ({ table }) => dynamoDeploymentStore(table), {
    create: async (store, tenantId) => {
      await store.create(change(tenantId, 2));
      return store.create(change(tenantId));
    },
    update: (store, tenantId) => {
      const record = { ...change(tenantId), health: 'unhealthy', closedAt: NOW + 900 } as const;
      return store.update({ record, pending: [] }, 1, outcome);
    },
    get: (store, tenantId) => store.get(tenantId, 'deploy-1'),
    list: (store, tenantId) => store.list(tenantId, { limit: 1 }),
    during: (store, tenantId) => store.during(tenantId, NOW - 60, NOW + 60),
    outcomes: (store, tenantId) => store.outcomes(tenantId, 5),
  }),
  // The same changes as incidents read them.
  repository<ChangeStore>(
    'ChangeStore',
    ({ table }) => dynamoChangeStore(table),
    { between: (store, tenantId) => store.between(tenantId, NOW - 60, NOW + 60) },
    ({ table }, tenantId) => dynamoDeploymentStore(table).create(change(tenantId)),
  ),
];
