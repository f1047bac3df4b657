import {
  CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateCommand,
  ListStackResourcesCommand,
} from '@aws-sdk/client-cloudformation';
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
} from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { DescribeRuleCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import {
  GetAccountSettingsCommand,
  GetEventSourceMappingCommand,
  GetFunctionConcurrencyCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import {
  GetBucketLifecycleConfigurationCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { GetTopicAttributesCommand, ListSubscriptionsByTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeOperatorClients } from '../../../adapters/platform/deployment/clients.ts';
import { deployedStage } from '../../../adapters/platform/deployment/deployed-stage.ts';
import { MissingPermissionError } from '../../../core/platform/doctor/ports.ts';

const stacks = mockClient(CloudFormationClient);
const alarms = mockClient(CloudWatchClient);
const logs = mockClient(CloudWatchLogsClient);
const tables = mockClient(DynamoDBClient);
const events = mockClient(EventBridgeClient);
const functions = mockClient(LambdaClient);
const objects = mockClient(S3Client);
const schedules = mockClient(SchedulerClient);
const topics = mockClient(SNSClient);
const queues = mockClient(SQSClient);
const parameters = mockClient(SSMClient);
const mocks = [
  stacks,
  alarms,
  logs,
  tables,
  events,
  functions,
  objects,
  schedules,
  topics,
  queues,
  parameters,
];

const NOW = new Date('2026-11-21T12:00:00Z');
const TOPIC = 'arn:aws:sns:us-east-1:123456789012:alarms';
const failure = (name: string, message = name) => Object.assign(new Error(message), { name });

type Declared = Record<string, [type: string, path: string, properties: object]>;
const DATA: Declared = {
  RawBucket: [
    'AWS::S3::Bucket',
    'Raw/Bucket/Resource',
    {
      LifecycleConfiguration: {
        Rules: [{ Status: 'Enabled' }, { Status: 'Enabled' }, { Status: 'Disabled' }],
      },
    },
  ],
  BlocksTable: [
    'AWS::DynamoDB::GlobalTable',
    'Blocks/Store/Table/Resource',
    {
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      Replicas: [
        {
          DeletionProtectionEnabled: true,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        },
      ],
    },
  ],
};
const PIPELINE: Declared = {
  Bus: ['AWS::Events::EventBus', 'Bus/Bus/Resource', {}],
  Warnings: [
    'AWS::Events::Rule',
    'Incidents/Warnings/Resource',
    { EventBusName: { Ref: 'Bus' }, State: 'ENABLED' },
  ],
  Off: ['AWS::Events::Rule', 'Incidents/Off/Resource', { State: 'DISABLED' }],
  Hourly: ['AWS::Scheduler::Schedule', 'DispatchSchedule/Schedule/Resource', { State: 'ENABLED' }],
  Queue: ['AWS::SQS::Queue', 'Ingest/Queue/Queue/Resource', { RedrivePolicy: {} }],
  Dead: ['AWS::SQS::Queue', 'Ingest/Queue/DeadLetters/Queue/Resource', {}],
  DeadAlarm: [
    'AWS::CloudWatch::Alarm',
    'Ingest/Queue/DeadLetters/NotEmpty/Alarm/Resource',
    { AlarmDescription: 'Lost. What to do: docs/runbook.md#accepted-metrics-are-not-stored' },
  ],
  Source: [
    'AWS::Lambda::EventSourceMapping',
    'Ingest/StoreMetrics/Function/SqsEventSource:Queue/Resource',
    { ScalingConfig: { MaximumConcurrency: 20 } },
  ],
  Store: ['AWS::Lambda::Function', 'Ingest/StoreMetrics/Function/Resource', {}],
  Stream: [
    'AWS::Lambda::EventSourceMapping',
    'Anomalies/Changes/Resource',
    { StartingPosition: 'TRIM_HORIZON', ParallelizationFactor: 10 },
  ],
  Fleet: [
    'AWS::StepFunctions::StateMachine',
    'Forecasts/Fleet/StateMachine/Resource',
    {
      DefinitionString: [
        '{"Map": {"MaxConcurrency": "{% $',
        '{AtOnce} %}"}, "b": {"MaxConcurrency": 3}}',
      ].join(''),
      DefinitionSubstitutions: { AtOnce: 20 },
    },
  ],
  Logs: ['AWS::Logs::LogGroup', 'Ingest/Logs/Resource', { RetentionInDays: 30 }],
};

const templateOf = (stack: string, resources: Declared) => ({
  Parameters: { BootstrapVersion: { Type: 'String', Default: '/cdk-bootstrap/own/version' } },
  Rules: {
    CheckBootstrapVersion: {
      Assertions: [
        {
          Assert: {
            'Fn::Not': [{ 'Fn::Contains': [['1', '2', '3', '4', '5'], { Ref: 'BootstrapVersion' }] }],
          },
        },
      ],
    },
  },
  Resources: Object.fromEntries(
    Object.entries(resources).map(([id, [Type, path, Properties]]) => [
      id,
      { Type, Properties, Metadata: { 'aws:cdk:path': `Forestall-prod-${stack}/${path}` } },
    ]),
  ),
});

const PHYSICAL: Readonly<Record<string, string>> = { Warnings: 'bus-1|warnings-1', Bus: 'bus-1' };

beforeEach(() => {
  for (const mock of mocks) mock.reset();
  stacks.on(DescribeStacksCommand).rejects(failure('ValidationError', 'Stack does not exist'));
  for (const [part, resources] of [
    ['Data', DATA],
    ['Pipeline', PIPELINE],
  ] as const) {
    const StackName = `Forestall-prod-${part}`;
    stacks.on(DescribeStacksCommand, { StackName }).resolves({
      Stacks: [
        {
          StackName,
          StackStatus: 'UPDATE_COMPLETE',
          CreationTime: NOW,
          Outputs: [{ OutputKey: 'RawBucketName', OutputValue: 'raw-1' }],
        },
      ],
    });
    stacks
      .on(GetTemplateCommand, { StackName })
      .resolves({ TemplateBody: JSON.stringify(templateOf(part, resources)) });
    const summaries = Object.keys(resources).map((LogicalResourceId) => ({
      LogicalResourceId,
      PhysicalResourceId: PHYSICAL[LogicalResourceId] ?? `${LogicalResourceId}-1`,
      ResourceType: '',
      LastUpdatedTimestamp: NOW,
      ResourceStatus: 'CREATE_COMPLETE' as const,
    }));
    stacks
      .on(ListStackResourcesCommand, { StackName, NextToken: undefined })
      .resolves({ StackResourceSummaries: summaries.slice(0, 1), NextToken: 'more' });
    stacks
      .on(ListStackResourcesCommand, { StackName, NextToken: 'more' })
      .resolves({ StackResourceSummaries: summaries.slice(1) });
  }
});

const stage = () => deployedStage(makeOperatorClients({ region: 'us-east-1' }), 'prod', NOW);

describe('the stacks of a stage', () => {
  it('are read once, and one that is not there is missing', async () => {
    const deployment = stage();
    expect(await deployment.stacks()).toMatchObject([
      { name: 'Forestall-prod-Data', status: 'UPDATE_COMPLETE' },
      { name: 'Forestall-prod-Pipeline', status: 'UPDATE_COMPLETE' },
      { name: 'Forestall-prod-Edge', status: 'missing' },
      { name: 'Forestall-prod-Operations', status: 'missing' },
    ]);
    await deployment.stacks();
    expect(stacks.commandCalls(DescribeStacksCommand)).toHaveLength(4);
  });

  it('another failure is not a missing stack', async () => {
    stacks.on(DescribeStacksCommand, { StackName: 'Forestall-prod-Edge' }).rejects(failure('ExpiredToken'));
    await expect(stage().stacks()).rejects.toThrow('ExpiredToken');
  });
});

describe('the set-up', () => {
  it('bootstrap: the version of the account, and the one that the rules of the templates require', async () => {
    parameters
      .on(GetParameterCommand, { Name: '/cdk-bootstrap/own/version' })
      .resolves({ Parameter: { Value: '27' } });
    expect(await stage().bootstrap()).toEqual({ version: 27, minVersion: 6 });
    parameters.on(GetParameterCommand).rejects(failure('ParameterNotFound'));
    expect(await stage().bootstrap()).toEqual({ version: undefined, minVersion: 6 });
  });

  it('concurrency: queues, shards of streams, maps with their substitutions, schedules', async () => {
    functions.on(GetAccountSettingsCommand).resolves({ AccountLimit: { ConcurrentExecutions: 10 } });
    expect(await stage().concurrency()).toEqual({
      limit: 10,
      demands: [
        { what: 'Pipeline/DispatchSchedule', functions: 1 },
        { what: 'Pipeline/Ingest/StoreMetrics', functions: 20 },
        { what: 'Pipeline/Anomalies/Changes', functions: 40 },
        { what: 'Pipeline/Forecasts/Fleet', functions: 20 },
      ],
    });
  });
});

describe('alarms and their topics', () => {
  const describeAlarm = (changes: object) =>
    alarms.on(DescribeAlarmsCommand).resolves({
      MetricAlarms: [
        {
          AlarmName: 'DeadAlarm-1',
          StateValue: 'ALARM',
          StateReason: '1 > 0',
          ActionsEnabled: true,
          AlarmActions: [TOPIC],
          ...changes,
        },
      ],
    });

  it('are read by name, with the runbook section of their template', async () => {
    describeAlarm({});
    expect(await stage().alarms()).toEqual([
      {
        name: 'Pipeline/Ingest/Queue/DeadLetters/NotEmpty',
        id: 'DeadAlarm-1',
        exists: true,
        isRaised: true,
        areActionsEnabled: true,
        actions: 1,
        reason: '1 > 0',
        runbook: 'docs/runbook.md#accepted-metrics-are-not-stored',
      },
    ]);
    expect(alarms.commandCalls(DescribeAlarmsCommand)[0]?.args[0].input.AlarmNames).toEqual(['DeadAlarm-1']);
    alarms.on(DescribeAlarmsCommand).resolves({});
    expect(await stage().alarms()).toMatchObject([{ exists: false, actions: 0 }]);
  });

  const allow = (Principal: unknown, Action: unknown = 'sns:Publish', Effect = 'Allow') =>
    JSON.stringify({ Statement: [{ Effect, Action, Principal, Resource: TOPIC }] });
  it.each([
    ['no policy of its own', undefined, true],
    ['CloudWatch', allow({ Service: 'cloudwatch.amazonaws.com' }), true],
    ['CloudWatch in a list', allow({ Service: ['a.amazonaws.com', 'cloudwatch.amazonaws.com'] }), true],
    ['everyone in the account', allow({ AWS: '*' }, ['SNS:Subscribe', 'SNS:Publish']), true],
    ['everyone', allow('*', 'sns:*'), true],
    ['another service', allow({ Service: 'events.amazonaws.com' }), false],
    ['another action', allow({ Service: 'cloudwatch.amazonaws.com' }, 'sns:Subscribe'), false],
    ['only a denial', allow({ AWS: '*' }, 'sns:Publish', 'Deny'), false],
  ])('may publish to a topic that allows %s: %#', async (_, Policy, mayAlarmsPublish) => {
    describeAlarm({ AlarmActions: [TOPIC, 'arn:aws:lambda:us-east-1:1:function:f'] });
    topics.on(GetTopicAttributesCommand).resolves({ Attributes: Policy === undefined ? {} : { Policy } });
    topics
      .on(ListSubscriptionsByTopicCommand, { TopicArn: TOPIC, NextToken: undefined })
      .resolves({
        Subscriptions: [{ Endpoint: 'a@example.com', SubscriptionArn: 'PendingConfirmation' }],
        NextToken: '2',
      })
      .on(ListSubscriptionsByTopicCommand, { TopicArn: TOPIC, NextToken: '2' })
      .resolves({ Subscriptions: [{ Endpoint: 'b@example.com', SubscriptionArn: `${TOPIC}:1` }] });
    expect(await stage().alarmTopics()).toEqual([
      {
        topic: TOPIC,
        mayAlarmsPublish,
        subscriptions: [
          { endpoint: 'a@example.com', isConfirmed: false },
          { endpoint: 'b@example.com', isConfirmed: true },
        ],
      },
    ]);
  });
});

it('a topic that alarms notify may have been deleted', async () => {
  alarms
    .on(DescribeAlarmsCommand)
    .resolves({ MetricAlarms: [{ AlarmName: 'DeadAlarm-1', AlarmActions: [TOPIC] }] });
  topics.on(GetTopicAttributesCommand).rejects(failure('NotFoundException'));
  expect(await stage().alarmTopics()).toMatchObject([{ topic: TOPIC, isDeleted: true, subscriptions: [] }]);
});

describe('stores', () => {
  it('tables: as they are and as declared', async () => {
    tables.on(DescribeContinuousBackupsCommand, { TableName: 'BlocksTable-1' }).resolves({
      ContinuousBackupsDescription: {
        ContinuousBackupsStatus: 'ENABLED',
        PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'DISABLED' },
      },
    });
    tables.on(DescribeTableCommand).resolves({ Table: { DeletionProtectionEnabled: true } });
    tables
      .on(DescribeTimeToLiveCommand)
      .resolves({ TimeToLiveDescription: { TimeToLiveStatus: 'DISABLED' } });
    expect(await stage().tables()).toEqual([
      {
        name: 'Data/Blocks',
        id: 'BlocksTable-1',
        isRecoverable: false,
        shouldBeRecoverable: true,
        isProtected: true,
        shouldBeProtected: true,
        isExpiring: false,
        expiresBy: 'expiresAt',
      },
    ]);
  });

  it('may have been deleted, one and all', async () => {
    tables.on(DescribeContinuousBackupsCommand).rejects(failure('TableNotFoundException'));
    tables.on(DescribeTableCommand).rejects(failure('ResourceNotFoundException'));
    tables.on(DescribeTimeToLiveCommand).rejects(failure('ResourceNotFoundException'));
    expect(await stage().tables()).toMatchObject([{ name: 'Data/Blocks', isDeleted: true }]);
    objects.on(GetBucketLifecycleConfigurationCommand).rejects(failure('NoSuchBucket'));
    expect(await stage().buckets()).toMatchObject([{ name: 'Data/Raw/Bucket', isDeleted: true }]);
    logs.on(DescribeLogGroupsCommand).resolves({ logGroups: [] });
    expect(await stage().logGroups()).toMatchObject([{ id: 'Logs-1', isDeleted: true }]);
    queues.on(GetQueueAttributesCommand).rejects(failure('QueueDoesNotExist'));
    expect(await stage().deadLetters()).toEqual([]);
  });

  it('buckets: the rules that are on, and as many as were declared', async () => {
    objects.on(GetBucketLifecycleConfigurationCommand, { Bucket: 'RawBucket-1' }).resolves({
      Rules: [
        { Status: 'Enabled', Filter: { Prefix: 'raw/' } },
        { Status: 'Disabled', Filter: { Prefix: 'runs/' } },
      ],
    });
    expect(await stage().buckets()).toEqual([
      { name: 'Data/Raw/Bucket', id: 'RawBucket-1', rules: 1, expectedRules: 2 },
    ]);
    objects.on(GetBucketLifecycleConfigurationCommand).rejects(failure('NoSuchLifecycleConfiguration'));
    expect(await stage().buckets()).toMatchObject([{ rules: 0 }]);
  });

  it('log groups: the one with exactly this name', async () => {
    logs.on(DescribeLogGroupsCommand, { logGroupNamePrefix: 'Logs-1' }).resolves({
      logGroups: [{ logGroupName: 'Logs-10', retentionInDays: 1 }, { logGroupName: 'Logs-1' }],
    });
    expect(await stage().logGroups()).toEqual([{ id: 'Logs-1', days: undefined, expectedDays: 30 }]);
  });
});

describe('functions', () => {
  it.each([
    [{}, 'active'],
    [{ ReservedConcurrentExecutions: 5 }, 'active'],
    [{ ReservedConcurrentExecutions: 0 }, 'stopped'],
  ])('with the concurrency %j are %s', async (concurrency, state) => {
    functions.on(GetFunctionConcurrencyCommand, { FunctionName: 'Store-1' }).resolves(concurrency);
    expect(await stage().functions()).toEqual([
      { name: 'Pipeline/Ingest/StoreMetrics', id: 'Store-1', state },
    ]);
  });

  it('may have been deleted', async () => {
    functions.on(GetFunctionConcurrencyCommand).rejects(failure('ResourceNotFoundException'));
    expect(await stage().functions()).toMatchObject([{ state: 'deleted' }]);
  });
});

describe('triggers', () => {
  it('may have been deleted', async () => {
    schedules.on(GetScheduleCommand).rejects(failure('ResourceNotFoundException'));
    expect(await stage().schedules()).toMatchObject([
      { name: 'Pipeline/DispatchSchedule', kind: 'schedule', isEnabled: false, state: 'deleted' },
    ]);
  });

  it('schedules: the command that enables one repeats its settings, in quotes', async () => {
    schedules
      .on(GetScheduleCommand)
      .resolves({ Name: 'Hourly-1', State: 'DISABLED', Description: "the tenants' run" });
    const [schedule] = await stage().schedules();
    expect(schedule).toMatchObject({
      name: 'Pipeline/DispatchSchedule',
      isEnabled: false,
      state: 'DISABLED',
    });
    const [, json = ''] =
      /^aws scheduler update-schedule --cli-input-json '(.*)'$/.exec(schedule?.enable ?? '') ?? [];
    expect(json).toContain("tenants'\\'' run");
    expect(JSON.parse(json.replaceAll("'\\''", "'"))).toEqual({
      Name: 'Hourly-1',
      State: 'ENABLED',
      Description: "the tenants' run",
    });
  });

  it('rules: of their bus, without those that are declared as disabled', async () => {
    events.on(DescribeRuleCommand).resolves({ State: 'DISABLED' });
    expect(await stage().rules()).toEqual([
      {
        name: 'Pipeline/Incidents/Warnings',
        kind: 'rule',
        isEnabled: false,
        state: 'DISABLED',
        enable: 'aws events enable-rule --name warnings-1 --event-bus-name bus-1',
      },
    ]);
    expect(events.commandCalls(DescribeRuleCommand)[0]?.args[0].input).toEqual({
      Name: 'warnings-1',
      EventBusName: 'bus-1',
    });
  });

  it.each([
    ['Enabled', true],
    ['Updating', true],
    ['Disabled', false],
    ['Disabling', false],
  ])('an event source that is %s', async (State, isEnabled) => {
    functions.on(GetEventSourceMappingCommand).resolves({ State });
    const found = await stage().eventSources();
    expect(found.map((one) => one.isEnabled)).toEqual([isEnabled, isEnabled]);
    expect(found[0]?.enable).toBe('aws lambda update-event-source-mapping --uuid Source-1 --enabled');
  });
});

describe('leftovers', () => {
  it('dead letters: queues without a redrive policy, hidden messages included', async () => {
    queues.on(GetQueueAttributesCommand).resolves({
      Attributes: { ApproximateNumberOfMessages: '2', ApproximateNumberOfMessagesNotVisible: '1' },
    });
    expect(await stage().deadLetters()).toEqual([
      {
        name: 'Pipeline/Ingest/Queue/DeadLetters',
        messages: 3,
        runbook: 'docs/runbook.md#accepted-metrics-are-not-stored',
      },
    ]);
  });

  it('parked payloads: by tenant, with the reason of the last', async () => {
    const keys = [
      'tenant=a/1',
      'tenant=a/1.reason.json',
      'tenant=a/2.reason.json',
      'unattributed/3.reason.json',
    ];
    objects
      .on(ListObjectsV2Command)
      .resolves({ Contents: keys.map((key) => ({ Key: `quarantine/${key}` })) });
    const body = (text: string) => ({ Body: { transformToString: async () => text } }) as never;
    objects.on(GetObjectCommand).resolves(body('damaged'));
    objects
      .on(GetObjectCommand, { Bucket: 'raw-1', Key: 'quarantine/tenant=a/2.reason.json' })
      .resolves(body('{"reason":"cannot be decoded"}'));
    expect(await stage().parked()).toEqual([
      {
        tenantId: 'a',
        payloads: 2,
        isMore: false,
        address: 's3://raw-1/quarantine/tenant=a/',
        reason: 'cannot be decoded',
      },
      {
        tenantId: 'unattributed',
        payloads: 1,
        isMore: false,
        address: 's3://raw-1/quarantine/unattributed/',
        reason: undefined,
      },
    ]);
  });

  it('parked payloads: listing ends after five pages and says so', async () => {
    objects.on(ListObjectsV2Command).resolves({
      Contents: [{ Key: 'quarantine/tenant=a/1.reason.json' }],
      NextContinuationToken: 'more',
    });
    objects.on(GetObjectCommand).resolves({});
    expect(await stage().parked()).toMatchObject([{ payloads: 5, isMore: true, reason: undefined }]);
  });

  it('unreadable items: the counts of the last day, by function', async () => {
    const Dimensions = [
      { Name: 'service', Value: 'query-api' },
      { Name: 'stage', Value: 'prod' },
    ];
    alarms.on(ListMetricsCommand).resolves({ Metrics: [{ Dimensions }] });
    alarms.on(GetMetricStatisticsCommand).resolves({ Datapoints: [{ Sum: 2 }, { Sum: 1 }] });
    expect(await stage().unreadable()).toEqual([{ service: 'query-api', count: 3 }]);
    expect(alarms.commandCalls(GetMetricStatisticsCommand)[0]?.args[0].input).toMatchObject({
      Dimensions,
      StartTime: new Date('2026-11-20T12:00:00Z'),
      EndTime: NOW,
    });
  });
});

describe('a denied request', () => {
  it.each([
    ['AccessDenied', ''],
    ['AuthorizationError', ''],
    ['Unknown', 'User: me is not authorized to perform: lambda:GetAccountSettings'],
  ])('names its permission: %s', async (name, message) => {
    functions.on(GetAccountSettingsCommand).rejects(failure(name, message));
    await expect(stage().concurrency()).rejects.toThrow(MissingPermissionError);
    await expect(stage().concurrency()).rejects.toMatchObject({ action: 'lambda:GetAccountSettings' });
  });
});
