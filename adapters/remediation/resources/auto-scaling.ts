import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  SetDesiredCapacityCommand,
  StartInstanceRefreshCommand,
} from '@aws-sdk/client-auto-scaling';
import { RestartState } from '../../../core/remediation/catalogue/restarts.ts';
import { UnitState } from '../../../core/remediation/catalogue/units.ts';
import { NotManagedError } from '../../../core/remediation/errors.ts';
import { guarded } from '../../aws/service-breakers.ts';
import { type ActionSession, sessionClient } from './action-session.ts';
import { type Executor, step } from './executor.ts';
import { partsOf } from './names.ts';
import { ownerOf, tagsOf } from './ownership.ts';

const clientOf = sessionClient((settings) => guarded(new AutoScalingClient(settings)));

const groupOf = async (name: string, session: ActionSession) => {
  const describe = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] });
  const { AutoScalingGroups = [] } = await clientOf(session).send(describe);
  const [group] = AutoScalingGroups;
  if (group === undefined) throw new NotManagedError(`there is no Auto Scaling group ${name}`);
  return group;
};

export const groupCapacity: Executor = {
  read: async ({ resource }, session) => {
    const [name] = partsOf(resource);
    const { DesiredCapacity, MinSize, MaxSize, Instances = [], Tags } = await groupOf(name, session);
    const inService = Instances.filter(({ LifecycleState }) => LifecycleState === 'InService').length;
    const state = { desired: DesiredCapacity ?? 0, min: MinSize ?? 0, max: MaxSize ?? 0, inService };
    return { owner: ownerOf(tagsOf(Tags)), state };
  },
  steps: ({ resource }, { to }) => {
    const [AutoScalingGroupName] = partsOf(resource);
    const { desired: DesiredCapacity } = UnitState.parse(to);
    const input = { AutoScalingGroupName, DesiredCapacity, HonorCooldown: false };
    return [
      step('autoscaling', 'SetDesiredCapacity', input, (session, sent) =>
        clientOf(session).send(new SetDesiredCapacityCommand(sent)),
      ),
    ];
  },
  isBegun: (_, { to }, present) => UnitState.parse(present).desired === UnitState.parse(to).desired,
};

/** Share of instances that stays in service while they are replaced. */
const MIN_HEALTHY_PERCENT = 90;
const ENDED: readonly string[] = [
  'Successful',
  'Failed',
  'Cancelled',
  'RollbackFailed',
  'RollbackSuccessful',
];

export const groupRefresh: Executor = {
  read: async ({ resource }, session) => {
    const [name] = partsOf(resource);
    const group = await groupOf(name, session);
    const describe = new DescribeInstanceRefreshesCommand({ AutoScalingGroupName: name, MaxRecords: 1 });
    const { InstanceRefreshes = [] } = await clientOf(session).send(describe);
    const [last] = InstanceRefreshes;
    const state = {
      generation: last?.InstanceRefreshId ?? '',
      units: group.DesiredCapacity ?? 0,
      isBusy: last !== undefined && !ENDED.includes(last.Status ?? ''),
    };
    return { owner: ownerOf(tagsOf(group.Tags)), state };
  },
  steps: ({ resource }) => {
    const [AutoScalingGroupName] = partsOf(resource);
    const Preferences = { MinHealthyPercentage: MIN_HEALTHY_PERCENT, SkipMatching: false };
    const input = { AutoScalingGroupName, Strategy: 'Rolling' as const, Preferences };
    return [
      step('autoscaling', 'StartInstanceRefresh', input, (session, sent) =>
        clientOf(session).send(new StartInstanceRefreshCommand(sent)),
      ),
    ];
  },
  isBegun: (_, { from }, present) =>
    RestartState.parse(present).generation !== RestartState.parse(from).generation,
};
