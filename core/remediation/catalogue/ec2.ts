import * as z from 'zod';
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
import { AddParameters, ASSUMED_USD_PER_UNIT_HOUR, priceBasis } from './units.ts';

const INSTANCE = 'arn:aws:ec2:{region}:{account}:instance/*';
const READ = [{ actions: ['ec2:DescribeInstances'], resources: ['*'], tagged: false }] as const;

/** State: tag `forestall:last-restart`, 1 unit if State.Name is `running`, busy while its status checks are `initializing`. */
export const rebootInstance = defineAction<NoParameters, RestartState>({
  id: 'reboot-instance',
  version: 1,
  title: 'Reboot an EC2 instance',
  description:
    'Reboots the instance. It is out of service for a few minutes and keeps its address and disks.',
  resourceKind: 'ec2-instance',
  effect: 'restarts',
  risk: 'medium',
  reversibility: 'fades',
  parameters: NoParameters,
  state: RestartState,
  basis: restartBasis,
  plan: (_, state, context) => restart(state, context, 'instances'),
  undo: noUndo(RESTART_FADES),
  isDone: isRestarted,
  cost: () => NO_COST('a reboot costs nothing'),
  minutes: { act: 5, settle: 10 },
  maxConcurrent: 1,
  permissions: {
    read: [...READ, { actions: ['ec2:DescribeInstanceStatus'], resources: ['*'], tagged: false }],
    change: [
      { actions: ['ec2:RebootInstances'], resources: [INSTANCE], tagged: true },
      { actions: ['ec2:CreateTags'], resources: [INSTANCE], tagged: true, conditions: ONLY_RESTART_TAG },
    ],
  },
});

const StartState = z.strictObject({
  state: z.enum(['pending', 'running', 'shutting-down', 'terminated', 'stopping', 'stopped']),
});
type StartState = z.infer<typeof StartState>;

const StartParameters = AddParameters.pick({ usdPerUnitHour: true });
type StartParameters = z.infer<typeof StartParameters>;

/** State: State.Name of the instance. */
export const startInstance = defineAction<StartParameters, StartState>({
  id: 'start-instance',
  version: 1,
  title: 'Start a stopped EC2 instance',
  description:
    'Starts an instance that is stopped. It gets a new public address unless it has an Elastic IP.',
  resourceKind: 'ec2-instance',
  effect: 'adds-capacity',
  risk: 'low',
  reversibility: 'undo',
  parameters: StartParameters,
  state: StartState,
  basis: (state) => state,
  plan: (_, from) =>
    from.state === 'stopped'
      ? { from, to: { state: 'running' }, summary: 'stopped → running', touches: 1 }
      : { notApplicable: `the instance is ${from.state}, not stopped` },
  undo: ({ from }, present) =>
    present.state === 'running'
      ? { from: present, to: from, summary: 'running → stopped', touches: 1 }
      : { notApplicable: `the instance is ${present.state}, not running` },
  isDone: ({ to }, present) => present.state === to.state,
  cost: ({ to }, { usdPerUnitHour }) => ({
    usdPerHour: to.state === 'running' ? (usdPerUnitHour ?? ASSUMED_USD_PER_UNIT_HOUR) : 0,
    usdOnce: 0,
    basis: priceBasis(usdPerUnitHour),
  }),
  minutes: { act: 5, settle: 10 },
  maxConcurrent: 2,
  permissions: {
    read: READ,
    change: [{ actions: ['ec2:StartInstances', 'ec2:StopInstances'], resources: [INSTANCE], tagged: true }],
  },
});
