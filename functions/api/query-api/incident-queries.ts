import { presentCauses } from '../../../core/incidents/api/causes.ts';
import { INCIDENTS_OPERATIONS } from '../../../core/incidents/api/operations.ts';
import { presentIncident, presentIncidentSummary } from '../../../core/incidents/api/present-incident.ts';
import { presentTopology } from '../../../core/incidents/api/topology.ts';
import { currentGraph } from '../../../core/incidents/dependency-graph.ts';
import type { CauseStore, GraphStore, IncidentStore } from '../../../core/incidents/ports.ts';
import { NotFoundError } from '../../../core/platform/api/errors.ts';
import { filteredPage } from '../../../core/platform/api/filtered-page.ts';
import { presentPage } from '../../../core/platform/api/paging.ts';
import { route } from '../../runtime/route.ts';

export interface IncidentSources {
  readonly incidents: Pick<IncidentStore, 'get' | 'list'>;
  readonly causes: Pick<CauseStore, 'get'>;
  readonly graphs: Pick<GraphStore, 'get'>;
}

const findIncident = async ({ incidents }: IncidentSources, tenantId: string, incidentId: string) => {
  const stored = await incidents.get(tenantId, incidentId);
  if (stored === undefined) throw new NotFoundError(`There is no incident ${incidentId}.`);
  return stored.incident;
};

const listIncidents = ({ incidents }: IncidentSources) =>
  route(INCIDENTS_OPERATIONS.listIncidents, async ({ caller, query: { status, severity, ...page } }) => {
    const found = await filteredPage(
      (part) => incidents.list(caller.tenantId, part),
      (incident) =>
        (status === undefined || incident.status === status) &&
        (severity === undefined || incident.severity === severity),
      page,
    );
    return presentPage(found, presentIncidentSummary);
  });

const getIncident = (sources: IncidentSources) =>
  route(INCIDENTS_OPERATIONS.getIncident, async ({ caller, params }) =>
    presentIncident(await findIncident(sources, caller.tenantId, params.incidentId)),
  );

const getCauses = (sources: IncidentSources) =>
  route(INCIDENTS_OPERATIONS.getCauses, async ({ caller, params }) => {
    const { incidentId } = await findIncident(sources, caller.tenantId, params.incidentId);
    return presentCauses(incidentId, await sources.causes.get(caller.tenantId, incidentId));
  });

const getTopology = ({ graphs }: IncidentSources) =>
  route(INCIDENTS_OPERATIONS.getTopology, async ({ caller: { tenantId }, receivedAt }) => {
    const stored = await graphs.get(tenantId);
    return presentTopology(currentGraph(tenantId, stored, Math.floor(receivedAt / 1000)), stored.updatedAt);
  });

export const incidentQueries = (sources: IncidentSources) => ({
  listIncidents: listIncidents(sources),
  getIncident: getIncident(sources),
  getCauses: getCauses(sources),
  getTopology: getTopology(sources),
});
