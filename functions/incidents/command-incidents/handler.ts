import { INCIDENTS_OPERATIONS } from '../../../core/incidents/api/operations.ts';
import { presentIncident } from '../../../core/incidents/api/present-incident.ts';
import {
  type TransitionDeps,
  transitionIncident,
} from '../../../core/incidents/lifecycle/transition-incident.ts';
import { actorOf } from '../../../core/platform/actor.ts';
import { NotFoundError } from '../../../core/platform/api/errors.ts';
import { type CommandDeps, serveCommands } from '../../runtime/idempotency.ts';
import { type RoutesOf, route } from '../../runtime/route.ts';
import { putTopology, recordTraces, type TopologyDeps } from './topology-commands.ts';

export interface Deps extends CommandDeps, TransitionDeps, TopologyDeps {
  readonly now: CommandDeps['now'];
  readonly telemetry: CommandDeps['telemetry'];
}

const transition = (deps: Deps) =>
  route(INCIDENTS_OPERATIONS.transitionIncident, async ({ caller, params: { incidentId }, body }) => {
    const { tenantId } = caller;
    const by = actorOf(caller);
    const incident = await transitionIncident(deps, tenantId, incidentId, { ...body, by });
    if (incident === undefined) throw new NotFoundError(`There is no incident ${incidentId}.`);
    const { to, cause } = body;
    deps.telemetry.info('incident transitioned', { tenantId, incidentId, to, cause, by });
    deps.telemetry.count('IncidentTransitioned');
    return presentIncident(incident);
  });

export const incidentRoutes = (deps: Deps): RoutesOf<typeof INCIDENTS_OPERATIONS, 'command-incidents'> => ({
  transitionIncident: transition(deps),
  putTopology: putTopology(deps),
  recordTraces: recordTraces(deps),
});

/** Transitions incidents and stores the topology that explains them. */
export const makeHandler = (deps: Deps) => serveCommands(incidentRoutes(deps), deps);
