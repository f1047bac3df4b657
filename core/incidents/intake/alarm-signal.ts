import { contentHash } from '../../shared/content-hash.ts';
import type { AlarmSignal } from '../signal.ts';
import { toTargetId } from '../target-name.ts';
import type { AlarmFacts } from './alarm-facts.ts';

/** Dimensions that identify a target, most specific first; any others come after these, by name. */
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

/** Target of an alarm: the most specific dimension of its metric, else the name of the alarm. */
export const targetOfAlarm = ({ alarmName, dimensions }: AlarmFacts): string => {
  const names = Object.keys(dimensions).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const [mostSpecific] = names;
  return toTargetId(mostSpecific === undefined ? alarmName : dimensions[mostSpecific]!);
};

/**
 * The signal of an alarm's state change. Its id derives from name, state and second, so a change that arrives several
 * ways counts once. A composite alarm shares a cause key with the alarms that triggered it.
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
