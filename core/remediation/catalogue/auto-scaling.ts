import type { Action } from '../action.ts';
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

const GROUP = 'arn:aws:autoscaling:{region}:{account}:autoScalingGroup:*:autoScalingGroupName/*';
const READ = [
  { actions: ['autoscaling:DescribeAutoScalingGroups'], resources: ['*'], tagged: false },
] as const;
const SET_CAPACITY = [
  { actions: ['autoscaling:SetDesiredCapacity'], resources: [GROUP], tagged: true },
] as const;
const UNIT = 'instances';

/** State: DesiredCapacity, MinSize, MaxSize and instances with LifecycleState InService of the group. */
const common = {
  version: 1,
  resourceKind: 'auto-scaling-group',
  state: UnitState,
  basis: unitBasis,
  maxConcurrent: 3,
  minutes: { act: 5, settle: 10 },
} as const satisfies Partial<Action<unknown, UnitState>>;

export const scaleOutGroup = defineAction<AddParameters, UnitState>({
  ...common,
  id: 'scale-out-group',
  title: 'Scale out an Auto Scaling group',
  description:
    'Raises the desired capacity of the group by as much as the forecast needs, up to the limit in the policy and its own maximum. Scaling policies of the group may lower it again.',
  effect: 'adds-capacity',
  risk: 'low',
  reversibility: 'undo',
  parameters: AddParameters,
  plan: (parameters, state, context) => addUnits(parameters, state, UNIT, context),
  undo: (change, present) => undoUnits(change, present, UNIT),
  isDone: hasUnits,
  cost: unitCost,
  permissions: { read: READ, change: SET_CAPACITY },
});

export const scaleInGroup = defineAction<RemoveParameters, UnitState>({
  ...common,
  id: 'scale-in-group',
  title: 'Scale in an Auto Scaling group',
  description:
    'Lowers the desired capacity of the group, down to the limit in the policy and its own minimum. The group chooses the instances to terminate.',
  effect: 'removes-capacity',
  risk: 'medium',
  reversibility: 'undo',
  parameters: RemoveParameters,
  plan: (parameters, state) => removeUnits(parameters, state, UNIT),
  undo: (change, present) => undoUnits(change, present, UNIT),
  isDone: hasUnits,
  cost: () => NO_COST('fewer instances cost less'),
  permissions: { read: READ, change: SET_CAPACITY },
});

/** State: id of the last instance refresh, instances of the group, and whether a refresh is in progress. */
export const refreshGroup = defineAction<NoParameters, RestartState>({
  ...common,
  id: 'refresh-group',
  state: RestartState,
  basis: restartBasis,
  title: 'Replace the instances of an Auto Scaling group',
  description:
    'Starts an instance refresh, which replaces all instances, a tenth at a time, with 90 % of them in service. It takes longer than a restart and cannot be undone.',
  effect: 'restarts',
  risk: 'medium',
  reversibility: 'fades',
  parameters: NoParameters,
  plan: (_, state, context) => restart(state, context, UNIT),
  undo: noUndo(RESTART_FADES),
  isDone: isRestarted,
  cost: () => NO_COST('instances are replaced, not added'),
  minutes: { act: 60, settle: 10 },
  maxConcurrent: 1,
  permissions: {
    read: [...READ, { actions: ['autoscaling:DescribeInstanceRefreshes'], resources: ['*'], tagged: false }],
    change: [{ actions: ['autoscaling:StartInstanceRefresh'], resources: [GROUP], tagged: true }],
  },
});
