import { INCIDENT_WRITE_OPERATIONS } from '../../../core/api/incident-operations.ts';
import { type CommandHandlerDeps, commandHandler } from '../../runtime/command-handler.ts';
import { type IncidentCommandDeps, incidentCommands } from './incident-commands.ts';

export interface Deps extends CommandHandlerDeps, IncidentCommandDeps {
  readonly telemetry: IncidentCommandDeps['telemetry'];
}

/** Transitions incidents and stores the topology that they are explained with. */
export const makeHandler = (deps: Deps) =>
  commandHandler(INCIDENT_WRITE_OPERATIONS, incidentCommands(deps), deps);
