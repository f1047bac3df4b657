import {
  CreateTagsCommand,
  DescribeInstanceStatusCommand,
  DescribeInstancesCommand,
  EC2Client,
  RebootInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2';
import * as z from 'zod';
import { NotManagedError } from '../../../core/remediation/errors.ts';
import { guarded } from '../../aws/service-breakers.ts';
import { type ActionSession, sessionClient } from './action-session.ts';
import { type Executor, step } from './executor.ts';
import { partsOf } from './names.ts';
import { ownerOf, RESTART_TAG, type Tags, tagsOf } from './ownership.ts';
import { lastRestart, taggedRestart } from './restart-tag.ts';

const clientOf = sessionClient((settings) => guarded(new EC2Client(settings)));

/** State and tags of instances, in the order of their ids in the request. */
export const describeInstances = async (
  ids: readonly string[],
  session: ActionSession,
): Promise<readonly { readonly state: string; readonly tags: Tags }[]> => {
  const describe = new DescribeInstancesCommand({ InstanceIds: [...ids] });
  const { Reservations = [] } = await clientOf(session).send(describe);
  const found = new Map(
    Reservations.flatMap(({ Instances = [] }) => Instances).map((each) => [each.InstanceId, each]),
  );
  return ids.map((id) => {
    const instance = found.get(id);
    if (instance === undefined) throw new NotManagedError(`there is no instance ${id}`);
    return { state: instance.State?.Name ?? 'terminated', tags: tagsOf(instance.Tags) };
  });
};

/** True until the instance has passed its status checks after a start or reboot. */
const isInitializing = async (id: string, session: ActionSession): Promise<boolean> => {
  const describe = new DescribeInstanceStatusCommand({ InstanceIds: [id] });
  const { InstanceStatuses = [] } = await clientOf(session).send(describe);
  return InstanceStatuses.some(
    ({ InstanceStatus, SystemStatus }) =>
      InstanceStatus?.Status === 'initializing' || SystemStatus?.Status === 'initializing',
  );
};

const describeOne = async (resource: string, session: ActionSession) => {
  const [id] = partsOf(resource);
  const [instance] = await describeInstances([id], session);
  if (instance === undefined) throw new NotManagedError(`there is no instance ${id}`);
  return { id, ...instance };
};

export const instanceReboot: Executor = {
  read: async ({ resource }, session) => {
    const { id, state, tags } = await describeOne(resource, session);
    const { generation, isUnconfirmed } = lastRestart(tags);
    const isBusy = isUnconfirmed || (await isInitializing(id, session));
    return { owner: ownerOf(tags), state: { generation, units: state === 'running' ? 1 : 0, isBusy } };
  },
  ...taggedRestart({
    setTag: ({ resource }, Value) => {
      const [id] = partsOf(resource);
      const input = { Resources: [id], Tags: [{ Key: RESTART_TAG, Value }] };
      return step('ec2', 'CreateTags', input, (session, sent) =>
        clientOf(session).send(new CreateTagsCommand(sent)),
      );
    },
    restart: ({ resource }) => {
      const [id] = partsOf(resource);
      return step('ec2', 'RebootInstances', { InstanceIds: [id] }, (session, sent) =>
        clientOf(session).send(new RebootInstancesCommand(sent)),
      );
    },
  }),
};

const RunningOrNot = z.object({ state: z.string() });
/** A stopped instance that is started, and the reverse, is already on its way in these. */
const ON_ITS_WAY: Readonly<Record<string, readonly string[]>> = {
  running: ['pending', 'running'],
  stopped: ['stopping', 'stopped'],
};

export const instanceStart: Executor = {
  read: async ({ resource }, session) => {
    const { state, tags } = await describeOne(resource, session);
    return { owner: ownerOf(tags), state: { state } };
  },
  steps: ({ resource }, { to }) => {
    const [id] = partsOf(resource);
    const input = { InstanceIds: [id] };
    return RunningOrNot.parse(to).state === 'running'
      ? [
          step('ec2', 'StartInstances', input, (session, sent) =>
            clientOf(session).send(new StartInstancesCommand(sent)),
          ),
        ]
      : [
          step('ec2', 'StopInstances', input, (session, sent) =>
            clientOf(session).send(new StopInstancesCommand(sent)),
          ),
        ];
  },
  isBegun: (_, { to }, present) =>
    (ON_ITS_WAY[RunningOrNot.parse(to).state] ?? []).includes(RunningOrNot.parse(present).state),
};
