import * as z from 'zod';
import type { Item } from '../../../adapters/aws/dynamodb/table.ts';
import { deflateJson, inflateJson } from '../../../adapters/aws/json-attributes.ts';
import { dynamoCauseStore } from '../../../adapters/incidents/cause-store.ts';
import { dynamoGraphStore } from '../../../adapters/incidents/graph-store.ts';
import { dynamoIncidentStore } from '../../../adapters/incidents/incident-store.ts';
import type { CausesReport } from '../../../core/incidents/causes-report.ts';
import type { IncidentsEvent } from '../../../core/incidents/events.ts';
import { groupSignal } from '../../../core/incidents/grouping/group-signal.ts';
import { INCIDENT_POLICY } from '../../../core/incidents/incident-policy.ts';
import { transition } from '../../../core/incidents/lifecycle/transition.ts';
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
const by = { kind: 'key', name: 'ada', keyId: 'abcdefghij27' } as const;
const resolved = transition(incident, { to: 'resolved', at: NOW + 60, by, note: 'done', cause: 'web-1' });
const stored = { incident: resolved, version: 3, pending: [opened] };

/** Version 1 named those who changed an incident by a text. */
const byName = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(byName);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([name, each]) => [
    name,
    name === 'by' ? each.name : byName(each),
  ]);
  return Object.fromEntries(fields);
};
const byNameAlone = ({ data, ...item }: Item): Item => ({
  ...item,
  data: deflateJson(byName(inflateJson(z.instanceof(Uint8Array).parse(data)))),
});
const unknown = { kind: 'unknown', name: 'ada' };
const ofVersion1 = {
  ...stored,
  incident: {
    ...resolved,
    conclusion: { ...resolved.conclusion, by: unknown },
    timeline: resolved.timeline.map((entry) => (entry.by === undefined ? entry : { ...entry, by: unknown })),
  },
};

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
    version: 2,
    key: new RegExp(` INCIDENT#${incidentId}$`),
    write,
    read: ({ table }) => dynamoIncidentStore(table).get('acme', incidentId),
    content: stored,
    older: [{ version: 1, from: byNameAlone, content: ofVersion1 }],
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
