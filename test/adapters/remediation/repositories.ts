import { s3AnchorHistory } from '../../../adapters/remediation/anchor-history.ts';
import { s3AnchorStore } from '../../../adapters/remediation/anchor-store.ts';
import { s3DecisionInputs } from '../../../adapters/remediation/decision-inputs.ts';
import { dynamoDecisionStore } from '../../../adapters/remediation/decision-store.ts';
import { dynamoDecisionTenants } from '../../../adapters/remediation/decision-tenants.ts';
import { dynamoRemediationStore } from '../../../adapters/remediation/remediation-store.ts';
import { dynamoStandingAlerts } from '../../../adapters/remediation/standing-alerts.ts';
import { EMPTY_CHAIN } from '../../../core/remediation/decision.ts';
import type {
  AlertChange,
  AnchorHistory,
  AnchorStore,
  DecisionInputs,
  DecisionStore,
  DecisionTenants,
  RemediationStore,
  StandingAlerts,
} from '../../../core/remediation/ports.ts';
import { jsonHash } from '../../../core/shared/canonical-json.ts';
import { decision } from '../../unit/remediation/audit/decision-samples.ts';
import {
  NOW,
  sampleLedger,
  samplePolicy,
  sampleRemediation,
  sampleSwitch,
  sampleTrack,
} from '../../unit/remediation/stored-samples.ts';
import { type Repository, repository, type SharedStorage } from '../aws/repository.ts';

/** Two remediations with the same ids for each tenant, and everything that decisions depend on. */
const commit = async (store: RemediationStore, tenantId: string) => {
  const first = await store.commit({
    ...{ tenantId, head: EMPTY_CHAIN, decisions: [decision(), decision({ kind: 'approved' })] },
    remediation: { item: sampleRemediation({ tenantId }), revision: 0 },
    ledger: { item: sampleLedger, revision: 0, environment: 'shop' },
    track: { item: sampleTrack, revision: 0 },
    policy: { item: samplePolicy, revision: 0 },
    killSwitch: { item: sampleSwitch, revision: 0 },
  });
  const { head } = await store.state(tenantId);
  const second = await store.commit({
    ...{ tenantId, head, decisions: [decision({ remediationId: 'r-2' })] },
    remediation: { item: sampleRemediation({ tenantId, remediationId: 'r-2' }), revision: 0 },
  });
  return [first, second];
};
const committed = ({ table }: SharedStorage, tenantId: string) =>
  commit(dynamoRemediationStore(table), tenantId);

const alertBegun: AlertChange = {
  ...{ source: 'webhook', name: 'disk full', state: 'begun' },
  ...{ sentAt: NOW, receivedAt: NOW },
};
const anchor = { sequence: 3, hash: 'a'.repeat(64), at: NOW };

export const REMEDIATION_REPOSITORIES: readonly Repository[] = [
  repository<RemediationStore>('RemediationStore', ({ table }) => dynamoRemediationStore(table), {
    commit,
    state: (store, tenantId) => store.state(tenantId),
    get: (store, tenantId) => store.get(tenantId, 'r-1'),
    ledger: (store, tenantId) => store.ledger(tenantId, 'shop'),
    list: (store, tenantId) => store.list(tenantId, { limit: 1 }),
  }),
  repository<DecisionStore>(
    'DecisionStore',
    ({ table }) => dynamoDecisionStore(table),
    {
      ofRemediation: (store, tenantId) => store.ofRemediation(tenantId, 'r-1'),
      head: (store, tenantId) => store.head(tenantId),
      list: (store, tenantId) => store.list(tenantId, { limit: 1 }),
    },
    committed,
  ),
  repository<DecisionTenants>(
    'DecisionTenants',
    ({ table }) => dynamoDecisionTenants(table),
    { listTenants: { acrossTenants: 'a schedule anchors the chain of each tenant' } },
    committed,
  ),
  repository<DecisionInputs>('DecisionInputs', ({ bucket }) => s3DecisionInputs(bucket), {
    put: (store, tenantId) => store.put(tenantId, { cpu: 96 }),
    get: (store, tenantId) => store.get(tenantId, jsonHash({ cpu: 96 })),
  }),
  repository<StandingAlerts>('StandingAlerts', ({ table }) => dynamoStandingAlerts(table), {
    record: (store, tenantId) => store.record(tenantId, alertBegun),
    get: (store, tenantId) => store.get(tenantId, 'webhook', 'disk full'),
  }),
  repository<AnchorStore>('AnchorStore', ({ bucket }) => s3AnchorStore(bucket), {
    put: (store, tenantId) => store.put(tenantId, anchor),
    latest: (store, tenantId) => store.latest(tenantId),
  }),
  repository<AnchorHistory>(
    'AnchorHistory',
    ({ bucket }) => s3AnchorHistory(bucket),
    { list: (history, tenantId) => history.list(tenantId) },
    ({ bucket }, tenantId) => s3AnchorStore(bucket).put(tenantId, anchor),
  ),
];
