import { INCIDENTS_OPERATIONS } from '../../../core/incidents/api/operations.ts';
import { presentTopology } from '../../../core/incidents/api/topology.ts';
import { buildDependencyGraph, currentGraph } from '../../../core/incidents/dependency-graph.ts';
import type { GraphStore, StoredGraph } from '../../../core/incidents/ports.ts';
import { edgesFromTraces } from '../../../core/incidents/topology/trace-edges.ts';
import type { Telemetry } from '../../../core/shared/telemetry.ts';
import { route } from '../../runtime/route.ts';

export interface TopologyDeps {
  readonly graphs: GraphStore;
  readonly telemetry: Telemetry;
}

const store = async ({ graphs, telemetry }: TopologyDeps, tenantId: string, graph: StoredGraph) => {
  await graphs.put(tenantId, graph);
  telemetry.count('TopologyChanged');
  return presentTopology(currentGraph(tenantId, graph, graph.updatedAt), graph.updatedAt);
};

/** Replaces the declared calls and keeps those learned from traces. */
export const putTopology = (deps: TopologyDeps) =>
  route(INCIDENTS_OPERATIONS.putTopology, async ({ caller: { tenantId }, body, receivedAt }) => {
    const declared = body.edges.map(({ caller, callee, absent }) => ({
      ...{ caller, callee },
      isAbsent: absent === true,
    }));
    const stored = await deps.graphs.get(tenantId);
    return store(deps, tenantId, { ...stored, declared, updatedAt: Math.floor(receivedAt / 1000) });
  });

/** Adds the calls of a service graph to those learned before. */
export const recordTraces = (deps: TopologyDeps) =>
  route(INCIDENTS_OPERATIONS.recordTraces, async ({ caller: { tenantId }, body, receivedAt }) => {
    const now = Math.floor(receivedAt / 1000);
    const stored = await deps.graphs.get(tenantId);
    const seen = [...stored.observed, ...edgesFromTraces(body, now)];
    const observed = buildDependencyGraph(tenantId, { observed: seen, now }).edges;
    return store(deps, tenantId, { ...stored, observed, updatedAt: now });
  });
