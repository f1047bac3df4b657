import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  ListTagsForResourceCommand as ListMachineTags,
} from '@aws-sdk/client-sfn';
import {
  GetQueueAttributesCommand,
  ListMessageMoveTasksCommand,
  ListQueueTagsCommand,
} from '@aws-sdk/client-sqs';
import {
  DescribeAutomationExecutionsCommand,
  ListCommandsCommand,
  ListTagsForResourceCommand as ListDocumentTags,
} from '@aws-sdk/client-ssm';
import { expect } from 'vitest';
import { type ActionCase, aws, ID, ownTagMap, ownTags } from './clients.ts';

const DEAD = 'https://sqs.eu-west-1.amazonaws.com/123456789012/dead';
const SOURCE = 'arn:aws:sqs:eu-west-1:123456789012:dead';
const redriving: ActionCase = {
  ...{ action: 'redrive-dead-letters', resource: 'sqs-queue:dead', parameters: { maxMessages: 100 } },
  answer: (phase, own) => {
    const isBegun = phase === 'begun';
    const tag: Record<string, string> = isBegun ? { 'forestall:last-redrive': `${ID} after 1000` } : {};
    aws.sqs.on(ListQueueTagsCommand, { QueueUrl: DEAD }).resolves({ Tags: { ...ownTagMap(own), ...tag } });
    aws.sqs
      .on(GetQueueAttributesCommand, { QueueUrl: DEAD })
      .resolves({ Attributes: { ApproximateNumberOfMessages: '12' } });
    aws.sqs.on(ListMessageMoveTasksCommand, { SourceArn: SOURCE }).resolves({
      Results: [
        ...(isBegun ? [{ Status: 'RUNNING', StartedTimestamp: 2000 }] : []),
        { Status: 'COMPLETED', StartedTimestamp: 1000 },
      ],
    });
  },
  state: { messages: 12, lastTaskAt: 1000, startedBy: null, status: 'none' },
  calls: [
    ['sqs', 'TagQueue', { QueueUrl: DEAD, Tags: { 'forestall:last-redrive': `${ID} after 1000` } }],
    ['sqs', 'StartMessageMoveTask', { SourceArn: SOURCE, MaxNumberOfMessagesPerSecond: 50 }],
  ],
};

const TARGET = 'i-0123456789abcdef0';
const documentTags = (own: boolean) =>
  aws.ssm
    .on(ListDocumentTags, { ResourceType: 'Document', ResourceId: 'restart-nginx' })
    .resolves({ TagList: ownTags(own) });
const command = (action: string): ActionCase => ({
  ...{ action, resource: 'ssm-document:restart-nginx' },
  parameters: { instances: [TARGET], values: { unit: ['nginx'] } },
  answer: (phase, own) => {
    documentTags(own);
    aws.ec2.on(DescribeInstancesCommand).resolves({
      Reservations: [{ Instances: [{ InstanceId: TARGET, Tags: ownTags(true) }] }],
    });
    const Comment = phase === 'begun' ? `forestall ${ID}` : 'forestall another';
    aws.ssm
      .on(ListCommandsCommand, { Filters: [{ key: 'DocumentName', value: 'restart-nginx' }] })
      .resolves({ Commands: [{ Comment, Status: 'Success' }] });
  },
  state: { startedBy: null, status: 'none' },
  calls: [
    [
      'ssm',
      'SendCommand',
      {
        ...{ DocumentName: 'restart-nginx', InstanceIds: [TARGET], Parameters: { unit: ['nginx'] } },
        Comment: `forestall ${ID}`,
      },
    ],
  ],
});

const TAG = `forestall:remediation:${ID}`;
const automating: ActionCase = {
  ...{ action: 'run-automation', resource: 'ssm-document:restart-nginx', parameters: {} },
  answer: (phase, own) => {
    documentTags(own);
    aws.ssm.on(DescribeAutomationExecutionsCommand).resolves({ AutomationExecutionMetadataList: [] });
    const ours = { Filters: [{ Key: 'TagKey' as const, Values: [TAG] }] };
    const running = { AutomationExecutionStatus: 'InProgress' as const };
    if (phase === 'begun')
      aws.ssm
        .on(DescribeAutomationExecutionsCommand, ours)
        .resolves({ AutomationExecutionMetadataList: [running] });
  },
  state: { startedBy: null, status: 'none' },
  calls: [
    [
      'ssm',
      'StartAutomationExecution',
      {
        ...{ DocumentName: 'restart-nginx', Parameters: {} },
        ClientToken: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/),
        Tags: [{ Key: TAG, Value: 'run-automation' }],
      },
    ],
  ],
};

const MACHINE = 'arn:aws:states:eu-west-1:123456789012:stateMachine:repair';
const executing: ActionCase = {
  ...{ action: 'start-execution', resource: 'state-machine:repair', parameters: { input: { shard: 3 } } },
  answer: (phase, own) => {
    const tags = ownTags(own).map(({ Key, Value }) => ({ key: Key, value: Value }));
    const found = aws.stepFunctions.on(DescribeExecutionCommand, {
      executionArn: `arn:aws:states:eu-west-1:123456789012:execution:repair:forestall-${ID}`,
    });
    aws.stepFunctions.on(ListMachineTags, { resourceArn: MACHINE }).resolves({ tags });
    if (phase === 'begun') found.resolves({ status: 'RUNNING' });
    else found.rejects(new ExecutionDoesNotExist({ message: 'none', $metadata: {} }));
  },
  state: { startedBy: null, status: 'none' },
  calls: [
    ['states', 'StartExecution', { stateMachineArn: MACHINE, name: `forestall-${ID}`, input: '{"shard":3}' }],
  ],
};

export const RUN_CASES: readonly ActionCase[] = [
  ...[redriving, command('restart-process'), command('clear-temporary-files'), automating, executing],
];
