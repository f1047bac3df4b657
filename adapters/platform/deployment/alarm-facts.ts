import { DescribeAlarmsCommand, type MetricAlarm } from '@aws-sdk/client-cloudwatch';
import {
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  type SNSClient,
} from '@aws-sdk/client-sns';
import * as z from 'zod';
import type { AlarmFact, AlarmTopicFact, SubscriptionFact } from '../../../core/platform/doctor/ports.ts';
import { chunksOf, inParallel } from '../../../core/shared/in-parallel.ts';
import type { OperatorClients } from './clients.ts';
import { allPages, permitted, unlessGone } from './permitted.ts';
import { partOf, type StageStacks } from './stage-stacks.ts';

const ALARM = 'AWS::CloudWatch::Alarm';
/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html */
const MAX_NAMES = 100;

const describeAlarms = async (
  { alarms }: OperatorClients,
  stage: StageStacks,
): Promise<ReadonlyMap<string, MetricAlarm>> => {
  const declared = await stage.ofType(ALARM);
  const names = declared.map(({ physicalId }) => physicalId);
  const answers = await inParallel(1, chunksOf(MAX_NAMES, names), (AlarmNames) =>
    permitted('cloudwatch:DescribeAlarms', () =>
      alarms.send(new DescribeAlarmsCommand({ AlarmNames, MaxRecords: MAX_NAMES })),
    ),
  );
  const found = answers.flatMap(({ MetricAlarms = [] }) => MetricAlarms);
  return new Map(found.map((alarm) => [alarm.AlarmName ?? '', alarm]));
};

export const runbookIn = (description: unknown): string | undefined =>
  typeof description === 'string' ? /docs\/runbook\.md#[\w-]+/.exec(description)?.[0] : undefined;

/** The alarms of the stage. */
export const readAlarms = async (
  clients: OperatorClients,
  stage: StageStacks,
): Promise<readonly AlarmFact[]> => {
  const found = await describeAlarms(clients, stage);
  return (await stage.ofType(ALARM)).map((resource) => {
    const { physicalId: id, properties } = resource;
    const alarm = found.get(id);
    return {
      name: partOf(resource),
      id,
      exists: alarm !== undefined,
      isRaised: alarm?.StateValue === 'ALARM',
      areActionsEnabled: alarm?.ActionsEnabled ?? false,
      actions: alarm?.AlarmActions?.length ?? 0,
      reason: alarm?.StateReason ?? '',
      runbook: runbookIn(properties.AlarmDescription),
    };
  });
};

const oneOrMore = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const Policy = z.looseObject({
  Statement: z.array(
    z.looseObject({
      Effect: z.string(),
      Action: oneOrMore,
      Principal: z.union([z.string(), z.record(z.string(), oneOrMore)]),
    }),
  ),
});

/** A topic without a policy of its own has the default one, which lets alarms of its account publish. */
const mayAlarmsPublish = (policy: string | undefined): boolean => {
  if (policy === undefined) return true;
  return Policy.parse(JSON.parse(policy)).Statement.some(({ Effect, Action, Principal }) => {
    const isPublish = Action.some((action) => ['sns:publish', 'sns:*', '*'].includes(action.toLowerCase()));
    const principals = typeof Principal === 'string' ? [Principal] : Object.values(Principal).flat();
    const isAlarm = principals.some((one) => one === '*' || one === 'cloudwatch.amazonaws.com');
    return Effect === 'Allow' && isPublish && isAlarm;
  });
};

const readSubscriptions = (topics: SNSClient, TopicArn: string): Promise<SubscriptionFact[]> =>
  allPages(async (NextToken) => {
    const page = await permitted('sns:ListSubscriptionsByTopic', () =>
      topics.send(new ListSubscriptionsByTopicCommand({ TopicArn, NextToken })),
    );
    const items = (page.Subscriptions ?? []).map(({ Endpoint = '', SubscriptionArn = '' }) => ({
      endpoint: Endpoint,
      // https://docs.aws.amazon.com/sns/latest/api/API_Subscription.html: otherwise PendingConfirmation.
      isConfirmed: SubscriptionArn.startsWith('arn:'),
    }));
    return { items, next: page.NextToken };
  });

/** The topics that alarms of the stage notify. */
export const readAlarmTopics = async (
  clients: OperatorClients,
  stage: StageStacks,
): Promise<readonly AlarmTopicFact[]> => {
  const alarms = [...(await describeAlarms(clients, stage)).values()];
  const arns = new Set(
    alarms.flatMap(({ AlarmActions = [] }) => AlarmActions).filter((arn) => arn.includes(':sns:')),
  );
  return inParallel(2, arns, async (topic) => {
    const answer = await unlessGone(
      permitted('sns:GetTopicAttributes', () =>
        clients.topics.send(new GetTopicAttributesCommand({ TopicArn: topic })),
      ),
    );
    if (answer === undefined) return { topic, isDeleted: true, mayAlarmsPublish: false, subscriptions: [] };
    return {
      topic,
      mayAlarmsPublish: mayAlarmsPublish(answer.Attributes?.Policy),
      subscriptions: await readSubscriptions(clients.topics, topic),
    };
  });
};
