import type { Item } from '../../../adapters/aws/dynamodb/table.ts';
import { dynamoDeploymentStore } from '../../../adapters/changes/deployment-store.ts';
import { dynamoChangeStore } from '../../../adapters/incidents/change-store.ts';
import type { ChangeRecord } from '../../../core/changes/change.ts';
import { announceProposal, proposalFor } from '../../../core/changes/deployments/propose-rollback.ts';
import { DEFAULT_WATCH_POLICY } from '../../../core/changes/watch-policy.ts';
import type { MemoryStorage } from '../aws/memory-storage.ts';
import { NOW, type StoredKind } from '../aws/stored-kind.ts';

const change = { tenantId: 'acme', targetId: 'web-1', at: NOW, summary: 'v41', kind: 'deployment' } as const;
const watched: ChangeRecord = {
  ...{ ...change, changeId: 'deploy-41', version: '41', previousVersion: '40', recordedAt: NOW },
  ...{ policy: DEFAULT_WATCH_POLICY, checks: [], health: 'watching' },
};
const record: ChangeRecord = {
  ...watched,
  ...{ health: 'unhealthy', closedAt: NOW + 900, proposal: proposalFor(watched, NOW + 900) },
};
const pending = announceProposal(record);
const outcome = { features: { replaced: 2 }, wasUnhealthy: true };

const write = ({ table }: MemoryStorage) =>
  dynamoDeploymentStore(table).update({ record, pending }, 3, outcome);

/** Version 1 of an entry had neither kind nor health. */
const withoutKind = ({ kind: _, health: __, ...entry }: Item): Item => entry;
const summary = {
  ...{ ...change, changeId: 'deploy-41', version: '41', previousVersion: '40', health: 'unhealthy' },
  watchUntil: NOW + 3660,
};
const signal = {
  ...{ kind: 'change', tenantId: 'acme', signalId: 'deploy-41', targetId: 'web-1', at: NOW, causeKeys: [] },
  summary: 'v41 (unhealthy since)',
};

export const CHANGE_KINDS: readonly StoredKind[] = [
  {
    kind: 'change record',
    version: 1,
    key: / CHANGEID#/,
    write,
    read: ({ table }) => dynamoDeploymentStore(table).get('acme', 'deploy-41'),
    content: { record, pending, revision: 4 },
  },
  {
    kind: 'change',
    version: 2,
    key: / CHANGE#/,
    write,
    read: async ({ table }) => (await dynamoDeploymentStore(table).list('acme', { limit: 1 })).items[0],
    content: summary,
    older: [{ version: 1, from: withoutKind, content: { ...summary, kind: 'other', health: 'not-watched' } }],
  },
  {
    // The same entry as incidents read it.
    kind: 'change',
    version: 2,
    key: / CHANGE#/,
    write,
    read: async ({ table }) => (await dynamoChangeStore(table).between('acme', NOW - 60, NOW))[0],
    content: signal,
    older: [{ version: 1, from: withoutKind, content: { ...signal, summary: 'v41' } }],
  },
  {
    kind: 'deployment outcome',
    version: 1,
    key: / OUTCOME#/,
    write,
    read: async ({ table }) => (await dynamoDeploymentStore(table).outcomes('acme', 1))[0],
    content: outcome,
  },
];
