import { defineAction, NO_COST, noUndo } from './define-action.ts';
import {
  isRestarted,
  NoParameters,
  ONLY_RESTART_TAG,
  RESTART_FADES,
  RestartState,
  restart,
  restartBasis,
} from './restarts.ts';

const DATABASE = 'arn:aws:rds:{region}:{account}:db:*';
export const READ_DATABASE = [
  { actions: ['rds:DescribeDBInstances'], resources: [DATABASE], tagged: false },
] as const;
export const MODIFY_DATABASE = [
  { actions: ['rds:ModifyDBInstance'], resources: [DATABASE], tagged: true },
] as const;

/** State: tag `forestall:last-restart`, 1 unit, busy unless DBInstanceStatus is `available`. */
export const rebootDatabase = defineAction<NoParameters, RestartState>({
  id: 'reboot-database',
  version: 1,
  title: 'Reboot a database instance',
  description: 'Restarts the database. Connections are cut and it is out of service for a minute or more.',
  resourceKind: 'rds-instance',
  effect: 'restarts',
  risk: 'high',
  reversibility: 'fades',
  parameters: NoParameters,
  state: RestartState,
  basis: restartBasis,
  plan: (_, state, context) => restart(state, context, 'database instances'),
  undo: noUndo(RESTART_FADES),
  isDone: isRestarted,
  cost: () => NO_COST('a reboot costs nothing'),
  minutes: { act: 10, settle: 10 },
  maxConcurrent: 1,
  permissions: {
    read: READ_DATABASE,
    change: [
      { actions: ['rds:RebootDBInstance'], resources: [DATABASE], tagged: true },
      {
        actions: ['rds:AddTagsToResource'],
        resources: [DATABASE],
        tagged: true,
        conditions: ONLY_RESTART_TAG,
      },
    ],
  },
});
