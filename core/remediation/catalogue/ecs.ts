import { defineAction, NO_COST, noUndo } from './define-action.ts';
import { isRestarted, NoParameters, RESTART_FADES, RestartState, restart, restartBasis } from './restarts.ts';
import {
  AddParameters,
  addUnits,
  hasUnits,
  RemoveParameters,
  removeUnits,
  UnitState,
  undoUnits,
  unitBasis,
  unitCost,
} from './units.ts';
import { isVersion, rollBack, undoRollBack, VersionState, versionBasis } from './versions.ts';

const SERVICE = 'arn:aws:ecs:{region}:{account}:service/*';
const READ = [{ actions: ['ecs:DescribeServices'], resources: [SERVICE], tagged: false }] as const;
const UPDATE = [{ actions: ['ecs:UpdateService'], resources: [SERVICE], tagged: true }] as const;
const SERVICE_ACTION = { version: 1, resourceKind: 'ecs-service', maxConcurrent: 2 } as const;
const UNIT = 'tasks';

/** State: id of the PRIMARY deployment, desiredCount, busy while its rolloutState is IN_PROGRESS or another deployment exists. */
export const restartService = defineAction<NoParameters, RestartState>({
  ...SERVICE_ACTION,
  id: 'restart-service',
  title: 'Restart an ECS service',
  description:
    'Forces a new deployment of the same task definition, which replaces all tasks within the bounds of the deployment configuration of the service.',
  effect: 'restarts',
  risk: 'low',
  reversibility: 'fades',
  parameters: NoParameters,
  state: RestartState,
  basis: restartBasis,
  plan: (_, state, context) => restart(state, context, UNIT),
  undo: noUndo(RESTART_FADES),
  isDone: isRestarted,
  cost: () => NO_COST('tasks are replaced, not added'),
  minutes: { act: 15, settle: 10 },
  permissions: { read: READ, change: UPDATE },
});

/** State: desiredCount and runningCount; bounds are 0 and 5,000, because a service has none of its own. */
const scaling = {
  ...SERVICE_ACTION,
  state: UnitState,
  basis: unitBasis,
  reversibility: 'undo',
  minutes: { act: 5, settle: 10 },
  permissions: { read: READ, change: UPDATE },
} as const;

export const scaleOutService = defineAction<AddParameters, UnitState>({
  ...scaling,
  id: 'scale-out-service',
  title: 'Scale out an ECS service',
  description:
    'Raises the desired number of tasks by as much as the forecast needs, up to the limit in the policy. Scaling policies of the service may lower it again.',
  effect: 'adds-capacity',
  risk: 'low',
  parameters: AddParameters,
  plan: (parameters, state, context) => addUnits(parameters, state, UNIT, context),
  undo: (change, present) => undoUnits(change, present, UNIT),
  isDone: hasUnits,
  cost: unitCost,
});

export const scaleInService = defineAction<RemoveParameters, UnitState>({
  ...scaling,
  id: 'scale-in-service',
  title: 'Scale in an ECS service',
  description: 'Lowers the desired number of tasks, down to the limit in the policy.',
  effect: 'removes-capacity',
  risk: 'medium',
  parameters: RemoveParameters,
  plan: (parameters, state) => removeUnits(parameters, state, UNIT),
  undo: (change, present) => undoUnits(change, present, UNIT),
  isDone: hasUnits,
  cost: () => NO_COST('fewer tasks cost less'),
});

/** State: task definition in use (`family:revision`), active ones of its family (the newest 100), desiredCount, busy as above. */
export const rollBackService = defineAction<NoParameters, VersionState>({
  ...SERVICE_ACTION,
  id: 'roll-back-service',
  title: 'Roll back an ECS service',
  description:
    'Deploys the task definition that the record of the deployment names as the previous one. It does nothing unless the deployed one is still in use.',
  effect: 'restores-version',
  risk: 'medium',
  reversibility: 'undo',
  parameters: NoParameters,
  state: VersionState,
  basis: versionBasis,
  plan: (_, state, context) => rollBack(state, context, 'task definition'),
  undo: (change, present) => undoRollBack(change, present, 'task definition'),
  isDone: isVersion,
  cost: () => NO_COST('tasks are replaced, not added'),
  minutes: { act: 15, settle: 10 },
  permissions: {
    read: [
      ...READ,
      { actions: ['ecs:DescribeTaskDefinition', 'ecs:ListTaskDefinitions'], resources: ['*'], tagged: false },
    ],
    change: [
      ...UPDATE,
      {
        actions: ['iam:PassRole'],
        resources: ['arn:aws:iam::{account}:role/*'],
        tagged: false,
        conditions: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
      },
    ],
  },
});
