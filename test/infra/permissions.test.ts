import { describe, expect, it } from 'vitest';
import { type Resource, resourcesIn, resourcesOfType, stageOf, text } from './synthesised-stage.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource?: unknown;
  readonly Condition?: unknown;
}

const stage = stageOf('prod');
const asList = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);

const statementsOf = ({ Properties }: Resource): readonly Statement[] =>
  Properties.PolicyDocument?.Statement ?? [];

/** Every allowing statement of an identity policy, with the logical id of its policy. */
const allowed = [...resourcesIn(stage)]
  .filter(([, resource]) => resource.Type === 'AWS::IAM::Policy')
  .flatMap(([id, resource]) => statementsOf(resource).map((statement) => ({ id, statement })));

/** Why a wildcard is in a policy. Nothing else may hold one. */
const ALLOWED_WILDCARDS: readonly {
  readonly resource: RegExp;
  readonly actions: RegExp;
  readonly reason: string;
}[] = [
  {
    resource: /^"\*"$/,
    actions: /^xray:(PutTraceSegments|PutTelemetryRecords|GetSamplingRules|GetSamplingTargets)$/,
    reason: 'X-Ray has no resource-level permissions',
  },
  {
    resource: /^"\*"$/,
    actions:
      /^logs:(CreateLogDelivery|GetLogDelivery|UpdateLogDelivery|DeleteLogDelivery|ListLogDeliveries|PutResourcePolicy|DescribeResourcePolicies|DescribeLogGroups)$/,
    reason: 'Step Functions delivers logs through an account-wide service without resource-level permissions',
  },
  {
    resource: /"\/(raw|quarantine|runs|peers|forecasts)\/\*"\]\]\}$/,
    actions: /^s3:(GetObject|PutObject)$/,
    reason: 'objects under one prefix of one bucket: their keys are not known beforehand',
  },
];

const isListed = (resource: unknown, action: string): boolean =>
  ALLOWED_WILDCARDS.some((entry) => entry.resource.test(text(resource)) && entry.actions.test(action));

describe('wildcards', () => {
  it('are in no action', () => {
    expect(allowed.length).toBeGreaterThan(20);
    for (const { id, statement } of allowed)
      for (const action of asList(statement.Action)) expect(`${id} ${action}`).not.toContain('*');
  });

  it('are in no resource that is not listed with a reason', () => {
    for (const { id, statement } of allowed)
      for (const resource of asList(statement.Resource).filter((each) => text(each).includes('*')))
        for (const action of asList(statement.Action))
          expect({ id, action, resource, listed: isListed(resource, action) }).toMatchObject({
            listed: true,
          });
  });

  it('limit the listing of buckets to prefixes', () => {
    const listings = allowed.filter(({ statement }) => asList(statement.Action).includes('s3:ListBucket'));
    expect(listings.length).toBeGreaterThan(0);
    for (const { statement } of listings)
      expect(text(statement.Condition)).toMatch(/"s3:prefix":"(raw|runs|peers)\/\*"/);
  });

  it('let nobody pass a role or act as an administrator', () => {
    expect(text(allowed)).not.toMatch(/iam:PassRole|AdministratorAccess/);
    expect(
      resourcesOfType(stage, 'AWS::IAM::Role').map(({ Properties }) => Properties.ManagedPolicyArns),
    ).toEqual(resourcesOfType(stage, 'AWS::IAM::Role').map(() => undefined));
  });
});

const LOGS = ['logs:CreateLogStream', 'logs:PutLogEvents'];
const QUEUE = [
  'sqs:ChangeMessageVisibility',
  'sqs:DeleteMessage',
  'sqs:GetQueueAttributes',
  'sqs:GetQueueUrl',
  'sqs:ReceiveMessage',
];
const TRACES = ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'];

/** Everything that each function may do. A change here is a change of what an intruder in that function could do. */
const PERMISSIONS: Readonly<Record<string, readonly string[]>> = {
  ReceiveMetrics: ['dynamodb:GetItem', 'dynamodb:UpdateItem', ...LOGS, 's3:PutObject', 'sqs:SendMessage'],
  StartForecastRun: ['dynamodb:GetItem', 'dynamodb:PutItem', ...LOGS, 'states:StartExecution'],
  QueryApi: ['dynamodb:GetItem', 'dynamodb:Query', ...LOGS],
  StoreMetrics: [
    'dynamodb:BatchGetItem',
    'dynamodb:PutItem',
    ...LOGS,
    's3:GetObject',
    's3:ListBucket',
    's3:PutObject',
    'sqs:ChangeMessageVisibility',
    'sqs:DeleteMessage',
    'sqs:GetQueueAttributes',
    'sqs:GetQueueUrl',
    'sqs:ReceiveMessage',
  ],
  ListTenants: ['dynamodb:Query', ...LOGS, ...TRACES],
  PlanForecastRun: ['dynamodb:PutItem', 'dynamodb:Query', ...LOGS, 's3:PutObject', ...TRACES],
  ForecastBatch: [
    'dynamodb:DeleteItem',
    'dynamodb:GetItem',
    'dynamodb:PutItem',
    'dynamodb:Query',
    'events:PutEvents',
    ...LOGS,
    's3:GetObject',
    's3:ListBucket',
    's3:PutObject',
    ...TRACES,
  ],
  CloseForecastRun: [
    'dynamodb:GetItem',
    'dynamodb:PutItem',
    ...LOGS,
    's3:GetObject',
    's3:ListBucket',
    ...TRACES,
  ],
  CommandIncidents: [
    'dynamodb:BatchGetItem',
    'dynamodb:GetItem',
    'dynamodb:PutItem',
    'dynamodb:UpdateItem',
    'events:PutEvents',
    ...LOGS,
    'sqs:SendMessage',
  ],
  CommandChanges: [
    'dynamodb:GetItem',
    'dynamodb:PutItem',
    'dynamodb:Query',
    ...LOGS,
    'sqs:SendMessage',
    'states:StartExecution',
  ],
  CommandSettings: ['dynamodb:GetItem', 'dynamodb:PutItem', ...LOGS],
  DetectAnomalies: [
    'dynamodb:DescribeStream',
    'dynamodb:GetItem',
    'dynamodb:GetRecords',
    'dynamodb:GetShardIterator',
    'dynamodb:ListStreams',
    'dynamodb:PutItem',
    'dynamodb:Query',
    'dynamodb:UpdateItem',
    'events:PutEvents',
    ...LOGS,
    'sqs:SendMessage',
  ],
  ComparePeers: [
    'dynamodb:BatchGetItem',
    'dynamodb:GetItem',
    'dynamodb:PutItem',
    'dynamodb:Query',
    'dynamodb:UpdateItem',
    'events:PutEvents',
    ...LOGS,
    's3:GetObject',
    's3:ListBucket',
    's3:PutObject',
    'sqs:SendMessage',
  ],
  PlanPeerComparison: ['dynamodb:Query', 'lambda:InvokeFunction', ...LOGS, 'sqs:SendMessage'],
  GroupSignals: [
    'dynamodb:BatchGetItem',
    'dynamodb:GetItem',
    'dynamodb:PutItem',
    'dynamodb:Query',
    'dynamodb:UpdateItem',
    'events:PutEvents',
    ...LOGS,
    ...QUEUE,
    'sqs:SendMessage',
  ],
  DiagnoseIncident: [
    'dynamodb:GetItem',
    'dynamodb:PutItem',
    'dynamodb:Query',
    ...LOGS,
    ...QUEUE,
    'sqs:SendMessage',
  ],
  IssueApiKey: ['dynamodb:PutItem', ...LOGS],
  CheckDeployment: [
    'dynamodb:BatchGetItem',
    'dynamodb:GetItem',
    'dynamodb:PutItem',
    'dynamodb:Query',
    ...LOGS,
    ...TRACES,
  ],
  // It proposes to roll back and may touch nothing that could be rolled back.
  CloseDeploymentWatch: ['dynamodb:GetItem', 'dynamodb:PutItem', 'events:PutEvents', ...LOGS, ...TRACES],
};

describe('each function', () => {
  it('is listed here', () => {
    expect(resourcesOfType(stage, 'AWS::Lambda::Function')).toHaveLength(Object.keys(PERMISSIONS).length);
  });

  it.each(Object.entries(PERMISSIONS))('%s may do this and nothing else', (name, actions) => {
    const own = allowed.filter(({ id }) => id.includes(`${name}RoleDefaultPolicy`));
    const granted = new Set(own.flatMap(({ statement }) => asList(statement.Action)));
    expect([...granted].sort()).toEqual([...actions].sort());
  });

  it.each(Object.keys(PERMISSIONS))('%s never scans a table', (name) => {
    const own = allowed.filter(({ id }) => id.includes(name));
    expect(text(own)).not.toContain('dynamodb:Scan');
  });
});

describe('workflows', () => {
  it.each([
    ['ForecastsDispatch', 1, 1],
    ['ForecastsFleet', 3, 0],
    ['DeploymentsWatch', 2, 0],
  ])('%s invokes its functions and starts what it names', (name, functions, machines) => {
    const own = allowed.filter(({ id }) => id.includes(`${name}StateMachineRole`));
    const resources = (action: string) =>
      own
        .filter(({ statement }) => asList(statement.Action).includes(action))
        .flatMap(({ statement }) => asList(statement.Resource));
    expect(resources('lambda:InvokeFunction')).toHaveLength(functions);
    expect(resources('states:StartExecution')).toHaveLength(machines);
  });
});

describe('resource policies', () => {
  it.each(['AWS::SQS::QueuePolicy', 'AWS::S3::BucketPolicy', 'AWS::SNS::TopicPolicy'])(
    '%s refuses plain HTTP',
    (type) => {
      const policies = resourcesOfType(stage, type);
      expect(policies.length).toBeGreaterThan(0);
      for (const policy of policies) {
        const denies = statementsOf(policy).filter(({ Effect }) => Effect === 'Deny');
        expect(text(denies)).toContain('"aws:SecureTransport":"false"');
      }
    },
  );

  it('let only CloudWatch alarms of this account publish alarms and send signals', () => {
    const own = { Ref: 'AWS::AccountId' };
    const policies = resourcesOfType(stage, 'AWS::SNS::TopicPolicy');
    expect(policies).toHaveLength(2);
    for (const policy of policies) {
      const allowing = statementsOf(policy).filter(({ Effect }) => Effect === 'Allow');
      expect(allowing).toMatchObject([
        {
          Action: 'sns:Publish',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Condition: { StringEquals: { 'aws:SourceAccount': own } },
        },
      ]);
    }
    const queues = resourcesOfType(stage, 'AWS::SQS::QueuePolicy').flatMap(statementsOf);
    for (const { Condition } of queues.filter(({ Effect }) => Effect === 'Allow'))
      expect(text(Condition)).toMatch(/"aws:SourceArn":/);
    const alarms = resourcesOfType(stage, 'AWS::Lambda::Permission').filter(
      ({ Properties }) => Properties.Principal === 'lambda.alarms.cloudwatch.amazonaws.com',
    );
    expect(alarms).toHaveLength(1);
    expect(alarms[0]?.Properties.SourceAccount).toEqual(own);
    expect(text(alarms[0]?.Properties.FunctionName)).toContain('GroupSignals');
  });

  it('let only this API and those alarms invoke a function from outside', () => {
    const permissions = resourcesOfType(stage, 'AWS::Lambda::Permission').filter(
      ({ Properties }) => Properties.Principal !== 'lambda.alarms.cloudwatch.amazonaws.com',
    );
    expect(permissions).toHaveLength(9);
    for (const { Properties } of permissions) {
      expect(Properties.Principal).toBe('apigateway.amazonaws.com');
      expect(text(Properties.SourceArn)).toMatch(/HttpApi/);
    }
  });
});
