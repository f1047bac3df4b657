import { contentHash } from '../../shared/content-hash.ts';
import type { AlarmSignal } from '../signal.ts';
import { toTargetId } from '../target-name.ts';
import type { AlarmFacts } from './alarm-facts.ts';

/** Dimensions that name what is watched, most telling first; others come after these, by name. */
const NAMING_DIMENSIONS = [
  'InstanceId',
  'DBInstanceIdentifier',
  'DBClusterIdentifier',
  'FunctionName',
  'ServiceName',
  'TaskDefinitionFamily',
  'PodName',
  'TableName',
  'QueueName',
  'TopicName',
  'StateMachineArn',
  'ApiId',
  'ApiName',
  'LoadBalancer',
  'TargetGroup',
  'AutoScalingGroupName',
  'CacheClusterId',
  'ClusterName',
  'BucketName',
  'host',
];

const rank = (dimension: string): number => {
  const at = NAMING_DIMENSIONS.indexOf(dimension);
  return at === -1 ? NAMING_DIMENSIONS.length : at;
};

/** What an alarm is about: the most telling dimension of its metric, else the alarm itself. */
export const targetOfAlarm = ({ alarmName, dimensions }: AlarmFacts): string => {
  const names = Object.keys(dimensions).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const [first] = names;
  return toTargetId(first === undefined ? alarmName : dimensions[first]!);
};

/**
 * The signal of an alarm's state change. Its id derives from name, state and second, so that the same change counts
 * once whichever ways it comes. A composite alarm shares a cause with the alarms that set it off.
 */
export const alarmSignal = (tenantId: string, facts: AlarmFacts): AlarmSignal => {
  const { alarmName, state, at, children, watches } = facts;
  return {
    kind: 'alarm',
    signalId: `alarm-${contentHash(JSON.stringify([tenantId, alarmName, state, at]))}`,
    tenantId,
    targetId: targetOfAlarm(facts),
    at,
    causeKeys: [alarmName, ...children].map((name) => `alarm:${name}`),
    alarmName,
    state,
    ...(watches === undefined ? {} : { watches }),
  };
};
