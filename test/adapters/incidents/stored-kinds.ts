import { dynamoCauseStore } from '../../../adapters/incidents/cause-store.ts';
import { dynamoGraphStore } from '../../../adapters/incidents/graph-store.ts';
import { dynamoIncidentStore } from '../../../adapters/incidents/incident-store.ts';
import type { CausesReport } from '../../../core/incidents/causes-report.ts';
import type { IncidentsEvent } from '../../../core/incidents/events.ts';
import { groupSignal } from '../../../core/incidents/grouping/group-signal.ts';
import { INCIDENT_POLICY } from '../../../core/incidents/incident-policy.ts';
import { anomaly } from '../../unit/incidents/explaining/samples.ts';
import type { MemoryStorage } from '../aws/memory-storage.ts';
import { NOW, type StoredKind } from '../aws/stored-kind.ts';

const context = {
  ...{ now: NOW, policy: INCIDENT_POLICY, isNear: () => false, recentChanges: [] },
  ...{ coincidenceTargets: 5, earlyEnds: new Map(), maxAbsorbed: 90 },
};
const { incident } = groupSignal([], anomaly('web-1'), context);
if (incident === null) throw new TypeError('an anomaly opens an incident');
const { incidentId } = incident;
const startedAt = new Date(NOW * 1000).toISOString();
const opened: IncidentsEvent = {
  name: 'IncidentOpened',
  source: 'forestall.incidents',
  detail: {
    ...{ id: 'e', tenantId: 'acme', occurredAt: startedAt, incidentId },
    ...{ status: incident.status, severity: incident.severity },
    ...{ startedAt, targets: ['web-1'], targetCount: 1, signalCount: 1 },
  },
};
const stored = { incident, version: 3, pending: [opened] };

const write = ({ table }: MemoryStorage) =>
  dynamoIncidentStore(table).write({
    ...{ tenantId: 'acme', expectedVersion: 4, changed: [stored], absorbed: new Map([['old', incidentId]]) },
    ...{ active: [incidentId], quietCheckAt: NOW + 900, earlyEnds: new Map([['k', NOW]]) },
  });

const report: CausesReport = {
  ...{ incidentId, incidentVersion: 2, diagnosedAt: NOW, target: 'web', metric: 'latency' },
  window: { from: NOW - 60, to: NOW, stepSeconds: 60 },
  ...{ graphVersion: undefined, method: 'excess-blame', limits: ['no request counts'], similar: [] },
  causes: [{ node: 'db', score: 2, confidence: 0.8, evidence: ['it rose first'], recommendation: 'look' }],
  gate: { isConvincing: true, deviations: null, rise: Number.NaN, message: 'latency rose' },
  signature: { db: 1 },
};
const past = { incidentId, metric: 'latency', signature: { db: 1 }, cause: 'db', isConfirmed: true } as const;
const graph = {
  ...{ version: 2, updatedAt: NOW, declared: [{ caller: 'web', callee: 'db' }] },
  observed: [{ caller: 'web', callee: 'cache', source: 'trace', confidence: 1, calls: null, lastSeen: NOW }],
} as const;

export const INCIDENT_KINDS: readonly StoredKind[] = [
  {
    kind: 'incident',
    version: 1,
    key: new RegExp(` INCIDENT#${incidentId}$`),
    write,
    read: ({ table }) => dynamoIncidentStore(table).get('acme', incidentId),
    content: stored,
  },
  {
    kind: 'absorbed incident',
    version: 1,
    key: / INCIDENT#old$/,
    write,
    read: ({ table }) => dynamoIncidentStore(table).get('acme', 'old'),
    content: stored,
  },
  {
    kind: 'open incidents',
    version: 1,
    key: / INCIDENTS$/,
    write,
    read: ({ table }) => dynamoIncidentStore(table).readOpen('acme'),
    content: {
      ...{ version: 5, incidents: [stored], quietCheckAt: NOW + 900, earlyEnds: new Map([['k', NOW]]) },
    },
  },
  {
    kind: 'causes report',
    version: 1,
    key: / CAUSES#/,
    write: ({ table }) => dynamoCauseStore(table).put('acme', report, NOW + 60),
    read: ({ table }) => dynamoCauseStore(table).get('acme', incidentId),
    content: report,
  },
  {
    kind: 'past incident',
    version: 1,
    key: / PAST#/,
    write: ({ table }) => dynamoCauseStore(table).remember('acme', past, NOW + 60),
    read: async ({ table }) => (await dynamoCauseStore(table).past('acme', 5))[0],
    content: past,
  },
  {
    kind: 'dependency graph',
    version: 1,
    key: / GRAPH$/,
    write: ({ table }) => dynamoGraphStore(table).put('acme', graph),
    read: ({ table }) => dynamoGraphStore(table).get('acme'),
    content: { ...graph, version: 3 },
  },
];
