/** The ports of incidents in memory. They have the guarantees of the ports, as the real stores do. */

import type { CausesReport } from '../../core/incidents/causes-report.ts';
import type { PastIncident } from '../../core/incidents/diagnosis/similar-incidents.ts';
import {
  type CauseStore,
  type DiagnosisRecord,
  type GraphStore,
  type IncidentStore,
  MAX_INCIDENTS_PER_WRITE,
  type SignalSender,
  type StoredGraph,
  type StoredIncident,
} from '../../core/incidents/ports.ts';
import type { AlarmSignal, ChangeSignal } from '../../core/incidents/signal.ts';
import { type Json, jsonHash } from '../../core/shared/canonical-json.ts';
import { ConflictError } from '../../core/shared/errors.ts';
import { memoryDeployments } from '../unit/changes/deployments/memory-deployments.ts';
import { memoryDeadLetters } from './shared.ts';

interface Open {
  version: number;
  active: readonly string[];
  quietCheckAt: number | undefined;
  earlyEnds: ReadonlyMap<string, number>;
}

const nothingOpen: Open = { version: 0, active: [], quietCheckAt: undefined, earlyEnds: new Map() };

const memoryIncidentStore = () => {
  const items = new Map<string, StoredIncident>();
  const merged = new Map<string, string>();
  const open = new Map<string, Open>();
  const keyOf = (tenantId: string, id: string) => `${tenantId} ${id}`;
  const store: IncidentStore = {
    readOpen: async (tenantId) => {
      const current = open.get(tenantId) ?? nothingOpen;
      const incidents = current.active.flatMap((id) => items.get(keyOf(tenantId, id)) ?? []);
      const { version, quietCheckAt, earlyEnds } = current;
      return { version, incidents, quietCheckAt, earlyEnds };
    },
    write: async ({ tenantId, expectedVersion, changed, absorbed, active, quietCheckAt, earlyEnds }) => {
      if (changed.length + absorbed.size > MAX_INCIDENTS_PER_WRITE)
        throw new Error('too many incidents in one write');
      if ((open.get(tenantId)?.version ?? 0) !== expectedVersion) return false;
      open.set(tenantId, { version: expectedVersion + 1, active, quietCheckAt, earlyEnds });
      for (const stored of changed) items.set(keyOf(tenantId, stored.incident.incidentId), stored);
      for (const [id, into] of absorbed) {
        items.delete(keyOf(tenantId, id));
        merged.set(keyOf(tenantId, id), into);
      }
      return true;
    },
    clearPending: async (tenantId, published) => {
      for (const { incident, version } of published) {
        const key = keyOf(tenantId, incident.incidentId);
        const stored = items.get(key);
        if (stored?.version === version) items.set(key, { ...stored, pending: [] });
      }
    },
    get: async (tenantId, incidentId) => {
      let id = incidentId;
      while (merged.has(keyOf(tenantId, id))) id = merged.get(keyOf(tenantId, id))!;
      return items.get(keyOf(tenantId, id));
    },
    list: async (tenantId, { limit, cursor }) => {
      const own = [...items.values()]
        .map(({ incident }) => incident)
        .filter(
          (incident) =>
            incident.tenantId === tenantId && (cursor === undefined || incident.incidentId < cursor),
        )
        .sort((a, b) => (a.incidentId < b.incidentId ? 1 : -1));
      const page = own.slice(0, limit);
      return { items: page, nextCursor: own.length > limit ? page.at(-1)?.incidentId : undefined };
    },
  };
  return { store, all: () => [...items.values()], open };
};

const memoryGraphs = () => {
  const graphs = new Map<string, StoredGraph>();
  const store: GraphStore = {
    get: async (tenantId) => graphs.get(tenantId) ?? { version: 0, declared: [], observed: [], updatedAt: 0 },
    put: async (tenantId, graph) => {
      if ((graphs.get(tenantId)?.version ?? 0) !== graph.version)
        throw new ConflictError('changed meanwhile');
      graphs.set(tenantId, { ...graph, version: graph.version + 1 });
    },
  };
  return store;
};

const memoryCauses = () => {
  const reports = new Map<string, CausesReport>();
  const lessons = new Map<string, PastIncident>();
  const store: CauseStore = {
    put: async (tenantId, report) => {
      const key = `${tenantId} ${report.incidentId}`;
      if ((reports.get(key)?.incidentVersion ?? 0) <= report.incidentVersion) reports.set(key, report);
    },
    get: async (tenantId, incidentId) => reports.get(`${tenantId} ${incidentId}`),
    remember: async (tenantId, past) => {
      lessons.set(`${tenantId} ${past.incidentId}`, past);
    },
    past: async (tenantId, limit) =>
      [...lessons]
        .filter(([key]) => key.startsWith(`${tenantId} `))
        .map(([, past]) => past)
        .slice(0, limit),
  };
  return { store, lessons };
};

const memoryDiagnosisRecord = () => {
  const recorded = new Map<string, Json>();
  const store: DiagnosisRecord = {
    put: async (tenantId, inputs) => {
      const hash = jsonHash(inputs);
      recorded.set(`${tenantId} ${hash}`, inputs);
      return hash;
    },
  };
  return { store, recorded };
};

/** All stores that handlers take, and the contents that tests check. */
export const memoryIncidentWorld = () => {
  const incidents = memoryIncidentStore();
  const causes = memoryCauses();
  const record = memoryDiagnosisRecord();
  const fleet = { targets: 1000 };
  const sent: (ChangeSignal | AlarmSignal)[] = [];
  const quietChecks: { tenantId: string; delaySeconds: number }[] = [];
  const { deadLetters, parked } = memoryDeadLetters();
  const signals: SignalSender = {
    send: async (signal) => {
      sent.push(signal);
    },
    requestQuietCheck: async (tenantId, delaySeconds) => {
      quietChecks.push({ tenantId, delaySeconds });
    },
  };
  return {
    stores: {
      incidents: incidents.store,
      causes: causes.store,
      record: record.store,
      graphs: memoryGraphs(),
      changes: memoryDeployments().store,
      fleets: { count: async () => fleet.targets },
      signals,
      deadLetters,
    },
    ...{
      sent,
      quietChecks,
      parked,
      fleet,
      open: incidents.open,
      lessons: causes.lessons,
      all: incidents.all,
      recorded: record.recorded,
    },
  };
};

/** The stores that the read API needs. */
export const memoryIncidents = () => {
  const { incidents, causes, graphs, changes } = memoryIncidentWorld().stores;
  return { incidents, causes, graphs, changes };
};
