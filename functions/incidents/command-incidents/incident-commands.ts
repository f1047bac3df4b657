import { INCIDENT_WRITE_OPERATIONS } from '../../../core/api/incident-operations.ts';
import { presentIncident, presentTopology } from '../../../core/api/present-incident.ts';
import { buildDependencyGraph, currentGraph } from '../../../core/incidents/dependency-graph.ts';
import {
  type TransitionDeps,
  transitionIncident,
} from '../../../core/incidents/lifecycle/transition-incident.ts';
import type { GraphStore, SignalSender, StoredGraph } from '../../../core/incidents/ports.ts';
import { edgesFromTraces } from '../../../core/incidents/topology/trace-edges.ts';
import type { Telemetry } from '../../../core/shared/telemetry.ts';
import { type Command, validated } from '../../runtime/command.ts';
import { NotFoundError } from '../../runtime/problem-of-error.ts';

/** Where the operations on incidents and what they depend on write to. */
export interface IncidentCommandDeps extends TransitionDeps {
  readonly graphs: GraphStore;
  readonly signals: SignalSender;
  readonly telemetry: Telemetry;
}

const secondsNow = ({ now }: Pick<TransitionDeps, 'now'>): number => Math.floor(now() / 1000);

const move = (deps: IncidentCommandDeps): Command =>
  validated(INCIDENT_WRITE_OPERATIONS.moveIncident, async ({ tenantId, name }, wanted, { incidentId }) => {
    const incident = await transitionIncident(deps, tenantId, incidentId, { ...wanted, by: name });
    if (incident === undefined) throw new NotFoundError(`There is no incident ${incidentId}.`);
    deps.telemetry.info('incident moved', {
      ...{ tenantId, incidentId, to: wanted.to, apiKey: name },
      ...{ cause: wanted.cause },
    });
    deps.telemetry.count('IncidentMoved');
    return presentIncident(incident);
  });

const storeGraph = async (deps: IncidentCommandDeps, tenantId: string, graph: StoredGraph) => {
  await deps.graphs.put(tenantId, graph);
  deps.telemetry.count('TopologyChanged');
  return presentTopology(currentGraph(tenantId, graph, secondsNow(deps)), graph.updatedAt);
};

const putTopology = (deps: IncidentCommandDeps): Command =>
  validated(INCIDENT_WRITE_OPERATIONS.putTopology, async ({ tenantId }, { edges }) => {
    const declared = edges.map(({ caller, callee, absent }) => ({
      caller,
      callee,
      isAbsent: absent === true,
    }));
    const stored = await deps.graphs.get(tenantId);
    return storeGraph(deps, tenantId, { ...stored, declared, updatedAt: secondsNow(deps) });
  });

const recordTraces = (deps: IncidentCommandDeps): Command =>
  validated(INCIDENT_WRITE_OPERATIONS.recordTraces, async ({ tenantId }, body) => {
    const now = secondsNow(deps);
    const stored = await deps.graphs.get(tenantId);
    const seen = [...stored.observed, ...edgesFromTraces(body, now)];
    const observed = buildDependencyGraph(tenantId, { observed: seen, now }).edges;
    return storeGraph(deps, tenantId, { ...stored, observed, updatedAt: now });
  });

/** What carries out the operations on incidents and topology. */
export const incidentCommands = (deps: IncidentCommandDeps) => ({
  moveIncident: move(deps),
  putTopology: putTopology(deps),
  recordTraces: recordTraces(deps),
});
