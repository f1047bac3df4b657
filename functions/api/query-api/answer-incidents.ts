import { READ_OPERATIONS } from '../../../core/api/operations.ts';
import {
  presentCauses,
  presentIncident,
  presentSummary,
  presentTopology,
} from '../../../core/api/present-incident.ts';
import { currentGraph } from '../../../core/incidents/dependency-graph.ts';
import type { CauseStore, GraphStore, IncidentStore } from '../../../core/incidents/ports.ts';
import { filteredPage } from '../../../core/platform/api/filtered-page.ts';
import { NotFoundError } from '../../runtime/problem-of-error.ts';
import { type Answer, presentPage, validated } from './validated.ts';

/** What the operations on incidents read from. */
export interface IncidentSources {
  readonly incidents: Pick<IncidentStore, 'get' | 'list'>;
  readonly causes: Pick<CauseStore, 'get'>;
  readonly graphs: Pick<GraphStore, 'get'>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const knownIncident = async ({ incidents }: IncidentSources, tenantId: string, incidentId: string) => {
  const stored = await incidents.get(tenantId, incidentId);
  if (stored === undefined) throw new NotFoundError(`There is no incident ${incidentId}.`);
  return stored.incident;
};

const listIncidents = ({ incidents }: IncidentSources): Answer =>
  validated(READ_OPERATIONS.listIncidents, async (tenantId, { status, severity, ...page }) => {
    const found = await filteredPage(
      (part) => incidents.list(tenantId, part),
      (incident) =>
        (status === undefined || incident.status === status) &&
        (severity === undefined || incident.severity === severity),
      page,
    );
    return presentPage(found, presentSummary);
  });

const getIncident = (sources: IncidentSources): Answer =>
  validated(READ_OPERATIONS.getIncident, async (tenantId, _, { incidentId }) =>
    presentIncident(await knownIncident(sources, tenantId, incidentId)),
  );

const getCauses = (sources: IncidentSources): Answer =>
  validated(READ_OPERATIONS.getCauses, async (tenantId, _, params) => {
    const { incidentId } = await knownIncident(sources, tenantId, params.incidentId);
    return presentCauses(incidentId, await sources.causes.get(tenantId, incidentId));
  });

const getTopology = ({ graphs, now }: IncidentSources): Answer =>
  validated(READ_OPERATIONS.getTopology, async (tenantId) => {
    const stored = await graphs.get(tenantId);
    return presentTopology(currentGraph(tenantId, stored, Math.floor(now() / 1000)), stored.updatedAt);
  });

/** The answers to read operations on incidents, causes and topology. */
export const answerIncidents = (sources: IncidentSources) => ({
  listIncidents: listIncidents(sources),
  getIncident: getIncident(sources),
  getCauses: getCauses(sources),
  getTopology: getTopology(sources),
});
