import { CONTEXT_OPERATIONS } from '../../../core/api/operations.ts';
import { presentIncident, presentTopology } from '../../../core/api/present-incident.ts';
import { currentGraph } from '../../../core/incidents/grouping/fold-tenant.ts';
import { type MoveDeps, moveIncident } from '../../../core/incidents/lifecycle/move-incident.ts';
import type { GraphStore, SignalSender, StoredGraph } from '../../../core/incidents/ports.ts';
import { buildDependencyGraph } from '../../../core/incidents/topology/dependency-graph.ts';
import { targetCalls } from '../../../core/incidents/topology/trace-edges.ts';
import type { Telemetry } from '../../../core/shared/telemetry.ts';
import { NotFoundError } from '../../runtime/problem-of-error.ts';
import { type Record, validated } from './validated.ts';

/** Where the operations on incidents and what they depend on write to. */
export interface IncidentRecords extends MoveDeps {
  readonly graphs: GraphStore;
  readonly signals: SignalSender;
  readonly telemetry: Telemetry;
}

const secondsNow = ({ now }: Pick<MoveDeps, 'now'>): number => Math.floor(now() / 1000);

const move = (records: IncidentRecords): Record =>
  validated(CONTEXT_OPERATIONS.moveIncident, async ({ tenantId, name }, wanted, { incidentId }) => {
    const incident = await moveIncident(records, tenantId, incidentId, { ...wanted, by: name });
    if (incident === undefined) throw new NotFoundError(`There is no incident ${incidentId}.`);
    records.telemetry.info('incident moved', {
      ...{ tenantId, incidentId, to: wanted.to, apiKey: name },
      ...{ cause: wanted.cause },
    });
    records.telemetry.count('IncidentMoved');
    return presentIncident(incident);
  });

const storeGraph = async (records: IncidentRecords, tenantId: string, graph: StoredGraph) => {
  await records.graphs.put(tenantId, graph);
  records.telemetry.count('TopologyChanged');
  return presentTopology(currentGraph(tenantId, graph, secondsNow(records)), graph.updatedAt);
};

const putTopology = (records: IncidentRecords): Record =>
  validated(CONTEXT_OPERATIONS.putTopology, async ({ tenantId }, { edges }) => {
    const declared = edges.map(({ caller, callee, absent }) => ({
      caller,
      callee,
      isAbsent: absent === true,
    }));
    const stored = await records.graphs.get(tenantId);
    return storeGraph(records, tenantId, { ...stored, declared, updatedAt: secondsNow(records) });
  });

const recordTraces = (records: IncidentRecords): Record =>
  validated(CONTEXT_OPERATIONS.recordTraces, async ({ tenantId }, body) => {
    const now = secondsNow(records);
    const stored = await records.graphs.get(tenantId);
    const seen = [...stored.observed, ...targetCalls(body, now)];
    const observed = buildDependencyGraph(tenantId, { observed: seen, now }).edges;
    return storeGraph(records, tenantId, { ...stored, observed, updatedAt: now });
  });

/** What carries out the operations on incidents and topology. */
export const recordIncidents = (records: IncidentRecords) => ({
  moveIncident: move(records),
  putTopology: putTopology(records),
  recordTraces: recordTraces(records),
});
