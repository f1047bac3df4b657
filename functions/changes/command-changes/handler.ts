import { CHANGE_WRITE_OPERATIONS } from '../../../core/api/change-operations.ts';
import { type CommandHandlerDeps, commandHandler } from '../../runtime/command-handler.ts';
import { type ChangeCommandDeps, changeCommands } from './change-commands.ts';

export interface Deps extends CommandHandlerDeps, ChangeCommandDeps {
  readonly telemetry: ChangeCommandDeps['telemetry'];
}

/** Records changes, starts the watch of a deployment, and assesses planned changes. */
export const makeHandler = (deps: Deps) =>
  commandHandler(CHANGE_WRITE_OPERATIONS, changeCommands(deps), deps);
