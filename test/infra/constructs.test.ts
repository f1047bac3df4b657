/** The constructs that every stack builds on, each in a stack of its own. */
import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { ComparisonOperator, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../core/shared/errors.ts';
import { DEFAULT_BREAKERS } from '../../core/shared/resilience/breaker-rules.ts';
import { selectStage, validateConfig } from '../../lib/config/select-stage.ts';
import type { StageConfig } from '../../lib/config/stage-config.ts';
import { ActionableAlarm } from '../../lib/platform/actionable-alarm.ts';
import { AlarmTopic } from '../../lib/platform/alarm-topic.ts';
import { ContextTable } from '../../lib/platform/context-table.ts';
import { DeadLetterQueue } from '../../lib/platform/dead-letter-queue.ts';
import { DomainEventBus } from '../../lib/platform/event-bus.ts';
import { ObservedFunction, type ObservedFunctionProps } from '../../lib/platform/observed-function.ts';
import { PrivateBucket } from '../../lib/platform/private-bucket.ts';
import { PublishedName } from '../../lib/platform/published-name.ts';
import { WorkQueue } from '../../lib/platform/work-queue.ts';
import { Workflow } from '../../lib/platform/workflow.ts';

const dev = selectStage('dev');
const prod = selectStage('prod');
const bundle = join(import.meta.dirname, '../../lib/platform/placeholder-bundle');
const MEANING = { impact: 'No one is notified.', runbook: 'Mails do not arrive (SNS)' };

const stackOf = (context: Record<string, string> = { 'forestall:bundle': bundle }) => {
  const stack = new Stack(new App({ context }), 'Sample');
  return { stack, notify: new Topic(stack, 'Notify'), template: () => Template.fromStack(stack) };
};
const functionIn = (stack: Stack, notify: Topic, more: Partial<ObservedFunctionProps> = {}, id = 'Fn') =>
  new ObservedFunction(stack, id, {
    ...{ entry: 'store-metrics', description: 'Stores', config: dev, notify, memoryMb: 256 },
    ...{ timeout: Duration.seconds(30), failure: { ...MEANING, threshold: 3 } },
    ...more,
  });
/** Statements of the role of a function. */
const statementsOf = (template: Template): Record<string, unknown>[] =>
  Object.values(template.findResources('AWS::IAM::Policy')).flatMap(
    ({ Properties }) => Properties.PolicyDocument.Statement,
  );

describe('an alarm', () => {
  const alarmWith = (more: object = {}) => {
    const { stack, notify, template } = stackOf();
    const metric = new Metric({ namespace: 'Forestall', metricName: 'Late' });
    new ActionableAlarm(stack, 'Alarm', { metric, threshold: 5, ...MEANING, notify, ...more });
    return template();
  };

  it('states its impact and its runbook section, and reports its end too', () => {
    alarmWith().hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmDescription: 'No one is notified. What to do: docs/runbook.md#mails-do-not-arrive-sns',
      ...{ Threshold: 5, EvaluationPeriods: 1, DatapointsToAlarm: 1, TreatMissingData: 'notBreaching' },
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      AlarmActions: [{ Ref: Match.stringLikeRegexp('^Notify') }],
      OKActions: [{ Ref: Match.stringLikeRegexp('^Notify') }],
    });
  });

  it('can require several periods, and can be raised by missing data', () => {
    alarmWith({
      ...{ evaluationPeriods: 4, silenceBreaches: true },
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
    }).hasResourceProperties('AWS::CloudWatch::Alarm', {
      ...{ EvaluationPeriods: 4, DatapointsToAlarm: 4, TreatMissingData: 'breaching' },
      ComparisonOperator: 'LessThanThreshold',
    });
    alarmWith({ evaluationPeriods: 4, datapointsToAlarm: 2 }).hasResourceProperties(
      'AWS::CloudWatch::Alarm',
      {
        ...{ EvaluationPeriods: 4, DatapointsToAlarm: 2 },
      },
    );
  });
});

describe('the topic of alarms', () => {
  it('mails every address of the stage, and lets alarms of its account publish', () => {
    const { stack, template } = stackOf();
    new AlarmTopic(stack, 'Alarms', { config: { ...dev, alarmEmails: ['a@b.example', 'c@d.example'] } });
    const built = template();
    built.resourcePropertiesCountIs('AWS::SNS::Subscription', { Protocol: 'email' }, 2);
    built.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 'sns:Publish',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          }),
        ]),
      },
    });
  });
});

describe('a function', () => {
  it('has its own role and log group, the settings of its stage, and an alarm on failures', () => {
    const { stack, notify, template } = stackOf();
    functionIn(stack, notify, { environment: { TABLE_NAME: 't' } });
    const built = template();
    built.hasResourceProperties('AWS::Lambda::Function', {
      ...{ Architectures: ['arm64'], MemorySize: 256, Timeout: 30, Handler: 'index.handler' },
      Environment: {
        Variables: {
          ...{ STAGE: 'dev', POWERTOOLS_SERVICE_NAME: 'store-metrics', POWERTOOLS_LOG_LEVEL: 'DEBUG' },
          TABLE_NAME: 't',
        },
      },
      TracingConfig: Match.absent(),
    });
    built.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 14 });
    built.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'Errors',
      Threshold: 3,
      Period: 300,
    });
    expect(statementsOf(built).flatMap(({ Action }) => Action)).toEqual([
      'logs:CreateLogStream',
      'logs:PutLogEvents',
    ]);
    built.hasResourceProperties('AWS::IAM::Role', { ManagedPolicyArns: Match.absent() });
  });

  it('has only the permissions that it was granted', () => {
    const { stack, notify, template } = stackOf();
    const fn = functionIn(stack, notify);
    fn.allow(['s3:GetObject'], ['arn:aws:s3:::lake/a']);
    fn.allow(['s3:ListBucket'], ['arn:aws:s3:::lake'], { StringLike: { 's3:prefix': 'a/*' } });
    expect(statementsOf(template()).slice(1)).toEqual([
      { Action: 's3:GetObject', Effect: 'Allow', Resource: 'arn:aws:s3:::lake/a' },
      {
        ...{ Action: 's3:ListBucket', Effect: 'Allow', Resource: 'arn:aws:s3:::lake' },
        Condition: { StringLike: { 's3:prefix': 'a/*' } },
      },
    ]);
  });

  it.each<[string, StageConfig, number]>([
    ['minimal', dev, 0],
    ['full', { ...dev, alarms: 'full' }, 1],
  ])(
    'whose failures another alarm covers has an alarm of its own only if alarms are full: %s',
    (_, config, alarms) => {
      const { stack, notify, template } = stackOf();
      functionIn(stack, notify, { config, failure: { ...MEANING, coveredBy: 'the alarm on the queue' } });
      template().resourceCountIs('AWS::CloudWatch::Alarm', alarms);
    },
  );

  it('that is invoked asynchronously keeps the events that it could not handle', () => {
    const { stack, notify, template } = stackOf();
    const deadLetters = new DeadLetterQueue(stack, 'DeadLetters', { ...MEANING, notify });
    functionIn(stack, notify, { asynchronous: { deadLetters, maxAge: Duration.hours(1) } });
    const built = template();
    built.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      ...{ MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 3600 },
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': [Match.anyValue(), 'Arn'] } } },
    });
    expect(statementsOf(built).at(-1)).toMatchObject({ Action: 'sqs:SendMessage' });
  });

  it('gets the rules of circuit breakers that its stage changes, with the defaults of the others', () => {
    const variablesWith = (breakers: object) => {
      const { stack, notify, template } = stackOf();
      functionIn(stack, notify, { config: validateConfig({ ...dev, breakers }) });
      const [fn] = Object.values(template().findResources('AWS::Lambda::Function'));
      return fn?.Properties.Environment.Variables;
    };
    expect(variablesWith({})).not.toHaveProperty('BREAKER_RULES');
    const rules = JSON.parse(variablesWith({ integrations: { failures: 2 } }).BREAKER_RULES);
    expect(rules).toEqual({
      ...DEFAULT_BREAKERS,
      integrations: { ...DEFAULT_BREAKERS.integrations, failures: 2 },
    });
    expect(() => variablesWith({ integrations: { failure: 2 } })).toThrow('breakers.integrations');
    expect(() => variablesWith({ services: { openSeconds: 120 } })).toThrow('must not be below openSeconds');
  });

  it('must have been built', () => {
    const { stack, notify } = stackOf({ 'forestall:bundle': '/no/such/folder' });
    expect(() => functionIn(stack, notify)).toThrow(ConfigurationError);
    expect(() => functionIn(stack, notify, {}, 'Other')).toThrow(
      'No bundle in /no/such/folder: build the functions with "npm run build" first.',
    );
  });
});

describe('queues', () => {
  const feed = (undeliverable?: DeadLetterQueue) => {
    const { stack, notify, template } = stackOf();
    const queue = new WorkQueue(stack, 'Work', {
      consumerTimeout: Duration.seconds(50),
      undeliverable: undeliverable ?? MEANING,
      notify,
    });
    const fn = functionIn(stack, notify);
    queue.feed(fn, { batchSize: 10, maxBatchingWindow: Duration.seconds(2), maxConcurrency: 4 });
    queue.grantSend(fn);
    queue.deadLetters.grantPark(fn);
    return template();
  };

  it('hide a message six times as long as its consumer runs, and give up after five attempts', () => {
    const template = feed();
    template.hasResourceProperties('AWS::SQS::Queue', {
      ...{ VisibilityTimeout: 300, ReceiveMessageWaitTimeSeconds: 20, MessageRetentionPeriod: 345_600 },
      RedrivePolicy: { maxReceiveCount: 10 },
    });
    template.hasResourceProperties('AWS::SQS::Queue', { MessageRetentionPeriod: 1_209_600 });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      ...{ MetricName: 'ApproximateNumberOfMessagesVisible', Statistic: 'Maximum', Threshold: 1 },
    });
  });

  it('feed their consumer in batches whose messages fail one by one', () => {
    feed().hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      ...{ BatchSize: 10, MaximumBatchingWindowInSeconds: 2, ScalingConfig: { MaximumConcurrency: 4 } },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });

  it('can share the queue of what failed', () => {
    const { stack, notify, template } = stackOf();
    const undeliverable = new DeadLetterQueue(stack, 'DeadLetters', { ...MEANING, notify });
    const queue = new WorkQueue(stack, 'Work', {
      consumerTimeout: Duration.seconds(5),
      undeliverable,
      notify,
    });
    expect(queue.deadLetters).toBe(undeliverable);
    template().resourceCountIs('AWS::SQS::Queue', 2);
  });
});

describe('a bucket', () => {
  const bucketWith = (config: StageConfig, versioned = false) => {
    const { stack, template } = stackOf();
    new PrivateBucket(stack, 'Lake', {
      config,
      versioned,
      lifecycle: [{ expiration: Duration.days(7), prefix: 'raw/' }],
    });
    return template();
  };

  it('is closed to the public and to plain HTTP, and removes expired objects and incomplete uploads', () => {
    const template = bucketWith(dev);
    template.hasResourceProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
      LifecycleConfiguration: {
        Rules: [
          Match.objectLike({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } }),
          Match.objectLike({ ExpirationInDays: 7, Prefix: 'raw/' }),
        ],
      },
      VersioningConfiguration: Match.absent(),
    });
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ]),
      },
    });
    template.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Delete' });
  });

  it('outlives its stack in production', () => {
    const template = bucketWith(prod, true);
    template.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Retain' });
    template.hasResourceProperties('AWS::S3::Bucket', { VersioningConfiguration: { Status: 'Enabled' } });
  });

  it('is opened to a function below one prefix only', () => {
    const app = new App({ context: { 'forestall:bundle': bundle } });
    const data = new Stack(app, 'Data');
    const user = new Stack(app, 'User');
    const lake = new PrivateBucket(data, 'Lake', { config: dev, versioned: false, lifecycle: [] });
    const fn = functionIn(user, new Topic(user, 'Notify'));
    lake.grantPut(fn, 'raw');
    lake.grantGet(fn, 'states');
    const statements = statementsOf(Template.fromStack(user)).slice(1);
    expect(statements.map(({ Action }) => Action)).toEqual(['s3:PutObject', 's3:GetObject', 's3:ListBucket']);
    expect(JSON.stringify(statements[0]?.Resource)).toContain('"/raw/*"');
    expect(JSON.stringify(statements[1]?.Resource)).toContain('"/states/*"');
    expect(statements[2]?.Condition).toEqual({ StringLike: { 's3:prefix': 'states/*' } });
  });
});

describe('a table', () => {
  const tableWith = (config: StageConfig, more: object = {}) => {
    const { stack, notify, template } = stackOf();
    const table = new ContextTable(stack, 'Store', { config, variable: 'RUNS_TABLE_NAME', ...more });
    table.grant(functionIn(stack, notify), 'GetItem', 'PutItem');
    return { table, template: template() };
  };

  it('is protected in production, and can be restored unless that is waived', () => {
    const { template } = tableWith(prod);
    template.hasResource('AWS::DynamoDB::GlobalTable', { DeletionPolicy: 'Retain' });
    template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      Replicas: [
        Match.objectLike({
          DeletionProtectionEnabled: true,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 35 },
        }),
      ],
    });
    const waived = tableWith(dev, { unrecoverable: 'It can be rebuilt.' }).template;
    waived.hasResource('AWS::DynamoDB::GlobalTable', { DeletionPolicy: 'Delete' });
    waived.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      Replicas: [
        Match.objectLike({ PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false } }),
      ],
    });
  });

  it('passes its name to the functions that may use it', () => {
    const { template } = tableWith(dev);
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { RUNS_TABLE_NAME: { Ref: Match.stringLikeRegexp('^StoreTable') } } },
    });
    expect(statementsOf(template).at(-1)?.Action).toEqual(['dynamodb:GetItem', 'dynamodb:PutItem']);
  });
});

describe('names that are replaced', () => {
  it('are published and read under the stage', () => {
    const { stack, template } = stackOf();
    new PublishedName(stack, 'ApiId', { config: dev, thing: 'api-id', value: 'ab12' });
    const value = PublishedName.read(stack, prod, 'event-bus-name');
    new PublishedName(stack, 'BusName', { config: dev, thing: 'event-bus-name', value });
    const built = template();
    built.hasResourceProperties('AWS::SSM::Parameter', { Name: '/forestall/dev/api-id', Value: 'ab12' });
    expect(JSON.stringify(built.toJSON().Parameters)).toContain('/forestall/prod/event-bus-name');
  });
});

describe('the bus', () => {
  it('accepts events of functions that may publish', () => {
    const { stack, notify, template } = stackOf();
    new DomainEventBus(stack, 'Events').grantPublish(functionIn(stack, notify));
    expect(statementsOf(template()).at(-1)).toMatchObject({ Action: 'events:PutEvents' });
  });
});

describe('a workflow', () => {
  const workflowWith = (names: readonly string[]) => {
    const { stack, notify } = stackOf();
    const fn = functionIn(stack, notify);
    const functions = Object.fromEntries(names.map((name) => [name, fn]));
    return () => new Workflow(stack, 'Flow', { definition: 'forecast-fleet', config: dev, functions });
  };

  it('is rejected if its file has a placeholder without a value, or a value without a placeholder', () => {
    expect(workflowWith([])).toThrow(ConfigurationError);
    expect(workflowWith([])).toThrow(
      /state-machines\/forecast-fleet\.asl\.json: placeholders without a value: \[\w+/,
    );
    expect(workflowWith(['NoSuchFunctionArn'])).toThrow(
      /values without a placeholder: \[NoSuchFunctionArn\]\.$/,
    );
  });

  it('must have a file', () => {
    const { stack } = stackOf();
    expect(() => new Workflow(stack, 'Flow', { definition: 'none', config: dev, functions: {} })).toThrow(
      /ENOENT/,
    );
  });
});
