import { dynamoCauseStore } from '../../../adapters/incidents/cause-store.ts';
import { s3DiagnosisRecord } from '../../../adapters/incidents/diagnosis-record.ts';
import { cachedFleetSizes, dynamoFleetSizes } from '../../../adapters/incidents/fleet-sizes.ts';
import { dynamoGraphStore } from '../../../adapters/incidents/graph-store.ts';
import { dynamoIncidentStore } from '../../../adapters/incidents/incident-store.ts';
import { dynamoTargetRecorder } from '../../../adapters/metrics/target-recorder.ts';
import type { CausesReport } from '../../../core/incidents/causes-report.ts';
import type { IncidentsEvent } from '../../../core/incidents/events.ts';
import { groupSignal } from '../../../core/incidents/grouping/group-signal.ts';
import { INCIDENT_POLICY } from '../../../core/incidents/incident-policy.ts';
import type {
  CauseStore,
  DiagnosisRecord,
  FleetSizes,
  GraphStore,
  IncidentStore,
  StoredIncident,
} from '../../../core/incidents/ports.ts';
import { anomaly } from '../../unit/incidents/explaining/samples.ts';
import { type Repository, repository, type SharedStorage } from '../aws/repository.ts';
import { NOW } from '../aws/stored-kind.ts';

/** With the same id for each tenant. */
const opened = (tenantId: string, targetId = 'web-1'): StoredIncident => {
  const { incident } = groupSignal([], anomaly(targetId, NOW, { tenantId }), {
    ...{ now: NOW, policy: INCIDENT_POLICY, isNear: () => false, recentChanges: [] },
    ...{ coincidenceTargets: 5, earlyEnds: new Map(), maxAbsorbed: 90 },
  });
  if (incident === null) throw new TypeError('an anomaly opens an incident');
  const incidentId = `incident-of-${targetId}`;
  const at = new Date(NOW * 1000).toISOString();
  const opening: IncidentsEvent = {
    ...{ name: 'IncidentOpened', source: 'forestall.incidents' },
    detail: {
      ...{ id: 'e', tenantId, occurredAt: at, incidentId, status: 'open', severity: 'low', startedAt: at },
      ...{ targets: [targetId], targetCount: 1, signalCount: 1 },
    },
  };
  return { incident: { ...incident, incidentId }, version: 1, pending: [opening] };
};
const first = 'incident-of-web-1';

const report: CausesReport = {
  ...{ incidentId: first, incidentVersion: 2, diagnosedAt: NOW, target: 'web', metric: 'latency' },
  window: { from: NOW - 60, to: NOW, stepSeconds: 60 },
  ...{ graphVersion: undefined, method: 'excess-blame', limits: [], similar: [], causes: [] },
  gate: { isConvincing: true, deviations: 4, rise: 2, message: 'latency rose' },
  signature: { db: 1 },
};
const past = {
  incidentId: first,
  metric: 'latency',
  signature: { db: 1 },
  cause: 'db',
  isConfirmed: true,
} as const;

const oneTarget = ({ table }: SharedStorage, tenantId: string) =>
  dynamoTargetRecorder(table).record(tenantId, [
    { targetId: 'web-1', profile: 'web', metrics: {}, firstSeen: NOW, lastSeen: NOW },
  ]);
const count = { count: (fleets: FleetSizes, tenantId: string) => fleets.count(tenantId) };

export const INCIDENT_REPOSITORIES: readonly Repository[] = [
  repository<IncidentStore>('IncidentStore', ({ table }) => dynamoIncidentStore(table), {
    write: (store, tenantId) => {
      const changed = ['web-1', 'web-2', 'web-3'].map((target) => opened(tenantId, target));
      const active = changed.map(({ incident }) => incident.incidentId);
      return store.write({
        ...{ tenantId, expectedVersion: 0, changed, active, absorbed: new Map([['old', first]]) },
        ...{ quietCheckAt: NOW + 900, earlyEnds: new Map([['k', NOW]]) },
      });
    },
    readOpen: (store, tenantId) => store.readOpen(tenantId),
    get: async (store, tenantId) => [await store.get(tenantId, first), await store.get(tenantId, 'old')],
    list: (store, tenantId) => store.list(tenantId, { limit: 1 }),
    clearPending: (store, tenantId) => store.clearPending(tenantId, [opened(tenantId)]),
  }),
  repository<CauseStore>('CauseStore', ({ table }) => dynamoCauseStore(table), {
    put: (store, tenantId) => store.put(tenantId, report, NOW + 600),
    get: (store, tenantId) => store.get(tenantId, first),
    remember: (store, tenantId) => store.remember(tenantId, past, NOW + 600),
    past: (store, tenantId) => store.past(tenantId, 5),
  }),
  repository<GraphStore>('GraphStore', ({ table }) => dynamoGraphStore(table), {
    put: (store, tenantId) =>
      store.put(tenantId, {
        ...{ version: 0, updatedAt: NOW, declared: [{ caller: 'web', callee: 'db' }], observed: [] },
      }),
    get: (store, tenantId) => store.get(tenantId),
  }),
  repository<DiagnosisRecord>('DiagnosisRecord', ({ bucket }) => s3DiagnosisRecord(bucket), {
    put: (store, tenantId) => store.put(tenantId, { targets: [] }),
  }),
  repository<FleetSizes>('FleetSizes', ({ table }) => dynamoFleetSizes(table), count, oneTarget),
  repository<FleetSizes>(
    'FleetSizes, cached',
    ({ table }) => cachedFleetSizes(dynamoFleetSizes(table), table.now),
    count,
    oneTarget,
  ),
];
