import { describe, expect, it } from 'vitest';
import { folderOf } from '../../functions/build.ts';
import { selectStage } from '../../lib/config/select-stage.ts';
import { PROVISION_ACTIONS } from '../../lib/platform/provision-actions.ts';
import { stageCeiling } from '../../lib/remediation/stage-ceiling.ts';
import {
  type Resource,
  resourcesIn,
  resourcesOfType,
  stageOf,
  text,
  WITH_SWITCHES,
} from './synthesised-stage.ts';
import { asList, grantsOf, on, type Statement } from './table-grants.ts';

const stage = stageOf('prod', WITH_SWITCHES);
const kebabCase = (name: string): string =>
  name.replaceAll(/(?<!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();

const statementsOf = ({ Properties }: Resource): readonly Statement[] =>
  Properties.PolicyDocument?.Statement ?? [];

type Resources = ReadonlyMap<string, Resource>;

/**
 * True for policies of the roles that functions assume to read or change resources that are not Forestall's. They are
 * exactly what the catalogue of actions states (`action-roles.test.ts`), which `test/iam/remediation-permissions.test.ts`
 * judges action by action.
 */
const isOfAction = (resources: Resources) => {
  const roles = [...resources].flatMap(([id, { Type, Properties }]) =>
    Type === 'AWS::IAM::Role' && /^\/forestall\/\w+\/actions\/$/.test(Properties.Path ?? '')
      ? [text({ Ref: id.split('/')[1] })]
      : [],
  );
  return ({ Type, Properties }: Resource): boolean =>
    Type === 'AWS::IAM::Policy' && Properties.Roles.every((role: unknown) => roles.includes(text(role)));
};

/** Every statement of an identity policy of Forestall's own roles, with the logical id of its policy. */
const statementsIn = (resources: Resources) =>
  [...resources]
    .filter(([, resource]) => resource.Type === 'AWS::IAM::Policy' && !isOfAction(resources)(resource))
    .flatMap(([id, resource]) => statementsOf(resource).map((statement) => ({ id, statement })));

const allowed = statementsIn(resourcesIn(stage));

const OTHER_POLICY =
  /^AWS::IAM::(?!Role$|Policy$)|^AWS::(?:Events::EventBusPolicy|Lambda::LayerVersionPermission)$/;
const POLICY_PROPERTY = /"(?:ResourcePolicy|KeyPolicy|Policies|ManagedPolicyArns)":/;

/** A managed policy that is attached to nothing, so that it can only limit what a role is granted. */
const isBoundary = ({ Type, Properties }: Resource): boolean =>
  Type === 'AWS::IAM::ManagedPolicy' && !/"(?:Roles|Users|Groups)":/.test(text(Properties));

/** Resources that grant something outside the policies of roles, queues, buckets and topics. */
const hiddenGrants = (resources: readonly Resource[]): readonly Resource[] =>
  resources.filter(
    (resource) =>
      !isBoundary(resource) &&
      // The policies of a user pool are rules for passwords.
      resource.Type !== 'AWS::Cognito::UserPool' &&
      (OTHER_POLICY.test(resource.Type) || POLICY_PROPERTY.test(text(resource.Properties))),
  );

/** Reasons for wildcards in policies. No other policy may contain one. */
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
    actions: /^dynamodb:ListStreams$/,
    reason: 'ListStreams has no resource-level permissions; Lambda requires it to follow a stream',
  },
  {
    resource: /^"\*"$/,
    actions:
      /^logs:(CreateLogDelivery|GetLogDelivery|UpdateLogDelivery|DeleteLogDelivery|ListLogDeliveries|PutResourcePolicy|DescribeResourcePolicies|DescribeLogGroups)$/,
    reason: 'Step Functions delivers logs through an account-wide service without resource-level permissions',
  },
  {
    resource:
      /"\/(raw|quarantine|runs|peers|detectors|forecasts|scores|secret-drills|anchors|inputs)\/\*"\]\]\}$/,
    actions: /^s3:(GetObject|PutObject)$/,
    reason: 'objects under one prefix of one bucket: their keys are not known beforehand',
  },
  {
    resource: /^"\*"$/,
    actions: /^states:SendTaskSuccess$/,
    reason:
      'the token of a task names it: Step Functions has no resource for tasks, and only the asked can know one',
  },
  {
    resource: /^\{"Fn::Join":\["",\[\{"Fn::GetAtt":\["Remediation\w+Function\w{8}","Arn"\]\},":\*"\]\]\}$/,
    actions: /^lambda:InvokeFunction$/,
    reason: 'all versions of one function: an execution finishes on those that it began with',
  },
  {
    resource: /^"arn:aws:iam::\d{12}:role\/forestall\/\w+\/actions\/[a-z0-9-]+-\*-(read|change)"$/,
    actions: /^sts:(AssumeRole|TagSession)$/,
    reason: 'the roles of the actions of a stage; each names the functions that may assume it',
  },
];

const isListed = (resource: unknown, action: string): boolean =>
  ALLOWED_WILDCARDS.some((entry) => entry.resource.test(text(resource)) && entry.actions.test(action));

/** Actions with a wildcard, and actions on a resource with one for which no reason is listed. */
const unarguedWildcards = (statement: Statement): string[] =>
  asList(statement.Action).flatMap((action) => [
    ...(action.includes('*') ? [action] : []),
    ...asList(statement.Resource)
      .filter((resource) => text(resource).includes('*') && !isListed(resource, action))
      .map((resource) => `${action} on ${text(resource)}`),
  ]);

const wildcardsIn = (resources: Resources): readonly string[] =>
  statementsIn(resources).flatMap(({ id, statement }) =>
    unarguedWildcards(statement).map((wildcard) => `${id}: ${wildcard}`),
  );

describe('wildcards', () => {
  it('are in no action, and in no resource that is not listed with a reason', () => {
    expect(allowed.length).toBeGreaterThan(20);
    expect(wildcardsIn(resourcesIn(stage))).toEqual([]);
  });

  it.each([
    { Effect: 'Allow', Action: 'dynamodb:*', Resource: 'arn' },
    { Effect: 'Allow', Action: ['s3:GetObject', 's3:Put*'], Resource: 'arn' },
    { Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: '*' },
    { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: ['arn', 'arn:aws:sqs:*:*:queue'] },
    { Effect: 'Allow', Action: 's3:GetObject', Resource: { 'Fn::Join': ['', ['bucket', '/*']] } },
    {
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:DeleteObject'],
      Resource: { 'Fn::Join': ['', ['b', '/raw/*']] },
    },
  ])('a planted one is found: %j', (statement) => {
    expect(unarguedWildcards(statement)).toHaveLength(1);
  });

  it('of a role that is planted in the stage are found', () => {
    const Statement = [{ Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: '*' }];
    const policy = {
      ...{
        Type: 'AWS::IAM::Policy',
        Properties: { Roles: [{ Ref: 'Role' }], PolicyDocument: { Statement } },
      },
    };
    const planted = new Map([...resourcesIn(stage), ['edge/Planted', policy]]);
    expect(wildcardsIn(planted)).toEqual(['edge/Planted: dynamodb:GetItem on "*"']);
  });

  it('limit the listing of buckets to prefixes', () => {
    const listings = allowed.filter(({ statement }) => asList(statement.Action).includes('s3:ListBucket'));
    expect(listings.length).toBeGreaterThan(0);
    for (const { statement } of listings)
      expect(text(statement.Condition)).toMatch(
        /"s3:prefix":"(raw|quarantine|runs|peers|detectors|forecasts|scores|anchors|inputs)\/\*"/,
      );
  });

  it('allow no one to pass a role or act as an administrator', () => {
    expect(text(allowed)).not.toMatch(/iam:PassRole|AdministratorAccess/);
    expect(
      resourcesOfType(stage, 'AWS::IAM::Role').map(({ Properties }) => Properties.ManagedPolicyArns),
    ).toEqual(resourcesOfType(stage, 'AWS::IAM::Role').map(() => undefined));
  });
});

describe.each(['local', 'dev', 'prod'] as const)('stage %s', (name) => {
  const all = resourcesIn(stageOf(name));
  const resources = [...all.values()];

  it('grants through policies of roles alone, which the tests here read', () => {
    expect(hiddenGrants(resources)).toEqual([]);
  });

  it('has no wildcard without a reason', () => {
    expect(wildcardsIn(resourcesIn(stageOf(name)))).toEqual([]);
  });

  it('lets no one pass a role, but actions that state it, to the services that run what they start', () => {
    const [ofAction, own] = [
      resources.filter(isOfAction(all)),
      resources.filter((each) => !isOfAction(all)(each)),
    ];
    expect(text(own.filter((each) => !isBoundary(each)))).not.toContain('iam:PassRole');
    const passing = ofAction
      .flatMap(statementsOf)
      .filter(({ Action }) => asList(Action).includes('iam:PassRole'));
    expect(passing.length > 0).toBe(stageCeiling(selectStage(name)).actions.length > 0);
    for (const { Condition } of passing)
      expect(text(Condition)).toMatch(
        /^\{"StringEquals":\{"iam:PassedToService":"(ecs-tasks|ssm)\.amazonaws\.com"\}\}$/,
      );
  });
});

it.each([
  { Type: 'AWS::IAM::ManagedPolicy', Properties: { Roles: ['Worker'] } },
  { Type: 'AWS::IAM::UserPolicy', Properties: {} },
  { Type: 'AWS::IAM::Role', Properties: { Policies: [{}] } },
  { Type: 'AWS::IAM::Role', Properties: { ManagedPolicyArns: ['arn'] } },
  { Type: 'AWS::DynamoDB::Table', Properties: { ResourcePolicy: {} } },
  { Type: 'AWS::DynamoDB::GlobalTable', Properties: { Replicas: [{ ResourcePolicy: {} }] } },
  { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: {} } },
])('a planted grant is found: %j', (resource) => {
  expect(hiddenGrants([resource])).toHaveLength(1);
});

const LOGS = ['logs:CreateLogStream', 'logs:PutLogEvents'];
const QUEUE = [
  'sqs:ChangeMessageVisibility',
  'sqs:DeleteMessage',
  'sqs:GetQueueAttributes',
  'sqs:GetQueueUrl',
  'sqs:ReceiveMessage',
];

const SECRET = ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'];

/** All permissions of each function. A change here changes what an intruder in that function could do. */
const PERMISSIONS: Readonly<Record<string, readonly string[]>> = {
  ReceiveMetrics: [
    ...on('Settings', 'GetItem'),
    ...on('ApiKeys', 'GetItem'),
    ...on('Requests', 'BatchGetItem', 'UpdateItem'),
    ...on('Targets', 'BatchGetItem'),
    ...LOGS,
    's3:PutObject',
    'sqs:SendMessage',
  ],
  StartForecastRun: [
    ...on('ApiKeys', 'GetItem'),
    ...on('Requests', 'BatchGetItem', 'UpdateItem'),
    ...on('Forecasts', 'GetItem', 'PutItem', 'Query'),
    ...LOGS,
    'states:StartExecution',
    ...SECRET,
  ],
  QueryApi: [
    ...on('ApiKeys', 'GetItem'),
    ...on('Requests', 'Query', 'UpdateItem'),
    ...on('Settings', 'GetItem'),
    ...on('Blocks', 'Query'),
    ...on('Targets', 'GetItem', 'Query'),
    ...on('Forecasts', 'GetItem', 'Query'),
    'dynamodb:Query Forecasts by index',
    ...on('Anomalies', 'GetItem', 'Query'),
    ...on('Incidents', 'GetItem', 'Query'),
    ...on('Changes', 'GetItem', 'Query'),
    ...on('Remediations', 'BatchGetItem', 'GetItem', 'Query'),
    ...LOGS,
    's3:GetObject',
    's3:ListBucket',
    ...SECRET,
  ],
  StoreMetrics: [
    ...on('Blocks', 'BatchGetItem', 'PutItem'),
    ...on('Targets', 'BatchGetItem', 'PutItem'),
    ...LOGS,
    's3:GetObject',
    's3:ListBucket',
    's3:PutObject',
    ...QUEUE,
  ],
  ListTenants: [...on('Targets', 'Query'), ...LOGS],
  PlanForecastRun: [...on('Targets', 'Query'), ...on('Forecasts', 'PutItem'), ...LOGS, 's3:PutObject'],
  ForecastBatch: [
    ...on('Settings', 'GetItem'),
    ...on('Blocks', 'Query'),
    ...on('Targets', 'GetItem'),
    ...on('Forecasts', 'DeleteItem', 'PutItem', 'Query'),
    'events:PutEvents',
    ...LOGS,
    's3:GetObject',
    's3:ListBucket',
    's3:PutObject',
  ],
  CloseForecastRun: [
    ...on('Forecasts', 'GetItem', 'PutItem'),
    ...LOGS,
    's3:GetObject',
    's3:ListBucket',
    's3:PutObject',
  ],
  CommandIncidents: [
    ...on('ApiKeys', 'GetItem'),
    ...on('Requests', 'DeleteItem', 'GetItem', 'PutItem', 'UpdateItem'),
    ...on('Incidents', 'BatchGetItem', 'GetItem', 'PutItem', 'UpdateItem'),
    'events:PutEvents',
    ...LOGS,
    'sqs:SendMessage',
    ...SECRET,
  ],
  CommandChanges: [
    ...on('ApiKeys', 'GetItem'),
    ...on('Requests', 'BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'UpdateItem'),
    ...on('Incidents', 'Query'),
    ...on('Changes', 'GetItem', 'PutItem', 'Query'),
    ...LOGS,
    'sqs:SendMessage',
    'states:StartExecution',
    ...SECRET,
  ],
  CommandRemediations: [
    ...on('ApiKeys', 'GetItem'),
    ...on('Requests', 'DeleteItem', 'GetItem', 'PutItem', 'UpdateItem'),
    ...on('Remediations', 'BatchGetItem', 'GetItem', 'PutItem'),
    ...LOGS,
    'events:PutEvents',
    'sqs:SendMessage',
    'states:SendTaskSuccess',
    'states:StartExecution',
    ...SECRET,
  ],
  ReceiveWebhook: [
    ...on('ApiKeys', 'GetItem'),
    ...on('Requests', 'BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'UpdateItem'),
    ...on('Incidents', 'Query'),
    ...on('Changes', 'GetItem', 'PutItem', 'Query'),
    ...on('Settings', 'GetItem'),
    ...LOGS,
    'secretsmanager:DescribeSecret',
    'secretsmanager:GetSecretValue',
    'sqs:SendMessage',
    'states:StartExecution',
  ],
  CommandSettings: [
    ...on('ApiKeys', 'GetItem'),
    ...on('Requests', 'DeleteItem', 'GetItem', 'PutItem', 'UpdateItem'),
    ...on('Settings', 'GetItem', 'PutItem'),
    ...LOGS,
    ...SECRET,
  ],
  CommandApiKeys: [
    ...on('ApiKeys', 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
    ...on('Requests', 'BatchGetItem', 'UpdateItem'),
    ...LOGS,
    ...SECRET,
  ],
  ProvisionPeople: [
    ...on('ApiKeys', 'GetItem'),
    ...on('Requests', 'BatchGetItem', 'UpdateItem'),
    ...PROVISION_ACTIONS.map((action) => `cognito-idp:${action}`),
    ...LOGS,
  ],
  DetectAnomalies: [
    ...on('Settings', 'GetItem'),
    ...on('Blocks', 'Query'),
    ...['DescribeStream', 'GetRecords', 'GetShardIterator'].map((read) => `dynamodb:${read} Blocks stream`),
    'dynamodb:ListStreams',
    ...on('Targets', 'GetItem'),
    ...on('Forecasts', 'Query'),
    ...on('Anomalies', 'GetItem', 'PutItem', 'UpdateItem'),
    'events:PutEvents',
    ...LOGS,
    's3:GetObject',
    's3:ListBucket',
    's3:PutObject',
    'sqs:SendMessage',
  ],
  ComparePeers: [
    ...on('Settings', 'GetItem'),
    ...on('Blocks', 'BatchGetItem'),
    ...on('Anomalies', 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
    'events:PutEvents',
    ...LOGS,
    's3:GetObject',
    's3:ListBucket',
    's3:PutObject',
    'sqs:SendMessage',
  ],
  CheckSilence: [
    ...on('Settings', 'GetItem'),
    ...on('Blocks', 'BatchGetItem', 'Query'),
    ...on('Targets', 'Query'),
    ...on('Anomalies', 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
    ...on('Requests', 'Query'),
    's3:ListBucket',
    'events:PutEvents',
    ...LOGS,
    'sqs:SendMessage',
  ],
  AnchorDecisions: [
    ...on('Remediations', 'GetItem', 'Query'),
    ...LOGS,
    's3:GetObject',
    's3:ListBucket',
    's3:PutObject',
    'sqs:SendMessage',
  ],
  StartSilenceChecks: [...on('Targets', 'Query'), 'lambda:InvokeFunction', ...LOGS, 'sqs:SendMessage'],
  PlanPeerComparison: [...on('Targets', 'Query'), 'lambda:InvokeFunction', ...LOGS, 'sqs:SendMessage'],
  GroupSignals: [
    ...on('Targets', 'Query'),
    ...on('Incidents', 'BatchGetItem', 'GetItem', 'PutItem', 'UpdateItem'),
    ...on('Changes', 'Query'),
    'events:PutEvents',
    ...LOGS,
    ...QUEUE,
    'sqs:SendMessage',
  ],
  DiagnoseIncident: [
    ...on('Settings', 'GetItem'),
    ...on('Blocks', 'Query'),
    ...on('Targets', 'GetItem', 'Query'),
    ...on('Incidents', 'GetItem', 'PutItem', 'Query'),
    ...on('Changes', 'Query'),
    ...LOGS,
    ...QUEUE,
    // What a diagnosis depended on is recorded where decisions can name it.
    ...['s3:GetObject', 's3:ListBucket', 's3:PutObject'],
    'sqs:SendMessage',
  ],
  IssueApiKey: [...on('ApiKeys', 'PutItem'), ...LOGS],
  CheckDeployment: [
    ...on('Settings', 'GetItem'),
    ...on('Blocks', 'Query'),
    ...on('Targets', 'GetItem', 'Query'),
    ...on('Forecasts', 'Query'),
    ...on('Anomalies', 'Query'),
    ...on('Incidents', 'BatchGetItem', 'GetItem'),
    ...on('Changes', 'GetItem', 'PutItem', 'Query'),
    ...LOGS,
  ],
  IssueAccessToken: [...on('ApiKeys', 'GetItem'), ...on('Requests', 'UpdateItem'), ...LOGS, ...SECRET],
  RotateSecret: [
    'dynamodb:Query Vault by index',
    // The states of circuit breakers.
    ...on('Requests', 'GetItem', 'PutItem'),
    'events:PutEvents',
    ...LOGS,
    'secretsmanager:DescribeSecret',
    'secretsmanager:GetSecretValue',
    'secretsmanager:PutSecretValue',
    'secretsmanager:UpdateSecretVersionStage',
  ],
  // Secrets Manager demands of whoever starts a rotation that it may invoke the function.
  BeginSecretDrill: [
    'lambda:InvokeFunction',
    ...LOGS,
    'secretsmanager:DescribeSecret',
    'secretsmanager:ListSecretVersionIds',
    'secretsmanager:RotateSecret',
  ],
  VerifySecretDrill: [
    ...LOGS,
    's3:PutObject',
    'secretsmanager:DescribeSecret',
    'secretsmanager:GetSecretValue',
  ],
  ReencryptVault: [
    'dynamodb:Query Vault by index',
    ...on('Vault', 'UpdateItem'),
    ...LOGS,
    'secretsmanager:DescribeSecret',
    'secretsmanager:GetSecretValue',
    'sqs:SendMessage',
  ],
  AuthorizeOrigin: [...LOGS, ...SECRET],
  DetectAbuse: [...LOGS, 'logs:FilterLogEvents', 'sqs:SendMessage'],
  // It looks at labels, never at contents.
  CheckSecrets: [
    ...LOGS,
    'secretsmanager:DescribeSecret',
    'secretsmanager:ListSecretVersionIds',
    'sqs:SendMessage',
  ],
  HealPlatform: [
    ...on('Remediations', 'BatchGetItem', 'GetItem', 'PutItem'),
    ...['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes', 'ListMessageMoveTasks'].map(
      (action) => `sqs:${action}`,
    ),
    ...['sqs:SendMessage', 'sqs:StartMessageMoveTask', 'states:StartExecution'],
    ...['s3:GetObject', 's3:ListBucket', 's3:PutObject'],
    ...LOGS,
  ],
  TellPeople: ['sns:Publish', 'sqs:SendMessage', ...LOGS],
  // Roles of the actions that a stage lists are assumed; this one lists none.
  ChooseAction: [
    ...on('Remediations', 'BatchGetItem', 'GetItem', 'PutItem'),
    ...on('Forecasts', 'Query'),
    ...on('Incidents', 'GetItem'),
    ...on('Changes', 'GetItem'),
    ...on('Blocks', 'Query'),
    ...on('Targets', 'GetItem'),
    ...on('Requests', 'GetItem', 'PutItem'),
    ...['events:PutEvents', 's3:GetObject', 's3:ListBucket', 's3:PutObject'],
    ...LOGS,
  ],
  RequestApproval: [
    ...on('Remediations', 'BatchGetItem', 'GetItem', 'PutItem'),
    ...on('Blocks', 'Query'),
    ...on('Targets', 'GetItem'),
    ...['events:PutEvents', 's3:GetObject', 's3:ListBucket', 's3:PutObject', 'states:SendTaskSuccess'],
    ...LOGS,
  ],
  ExecuteAction: [
    ...on('Remediations', 'BatchGetItem', 'GetItem', 'PutItem'),
    ...on('Blocks', 'Query'),
    ...on('Forecasts', 'PutItem'),
    ...on('Targets', 'GetItem'),
    ...on('Requests', 'GetItem', 'PutItem'),
    ...['events:PutEvents', 's3:GetObject', 's3:ListBucket', 's3:PutObject'],
    ...LOGS,
  ],
  VerifyRemediation: [
    ...on('Remediations', 'BatchGetItem', 'GetItem', 'PutItem'),
    ...on('Blocks', 'Query'),
    ...on('Targets', 'GetItem'),
    ...['events:PutEvents', 's3:GetObject', 's3:ListBucket', 's3:PutObject'],
    ...LOGS,
  ],
  CloseRemediation: [
    ...on('Remediations', 'BatchGetItem', 'GetItem', 'PutItem'),
    ...on('Targets', 'GetItem'),
    ...['events:PutEvents', 's3:GetObject', 's3:ListBucket', 's3:PutObject', 'sqs:SendMessage'],
    ...LOGS,
  ],
  StartRemediations: [
    ...on('Remediations', 'BatchGetItem', 'GetItem', 'PutItem'),
    ...on('Incidents', 'GetItem'),
    ...LOGS,
    ...QUEUE,
    ...['sqs:SendMessage', 'states:StartExecution'],
  ],
  // It proposes rollbacks and has no permission on anything that could be rolled back.
  CloseDeploymentWatch: [...on('Changes', 'GetItem', 'PutItem'), 'events:PutEvents', ...LOGS],
};

describe('each function', () => {
  it('is listed here', () => {
    expect(resourcesOfType(stage, 'AWS::Lambda::Function')).toHaveLength(Object.keys(PERMISSIONS).length);
  });

  it.each(Object.entries(PERMISSIONS))('%s may do this and nothing else', (name, actions) => {
    const own = allowed.filter(({ id }) => id.includes(`${name}RoleDefaultPolicy`));
    const granted = new Set(own.flatMap(({ statement }) => grantsOf(statement)));
    expect([...granted].sort()).toEqual([...actions].sort());
  });

  it.each(Object.keys(PERMISSIONS))('%s never scans a table', (name) => {
    const own = allowed.filter(({ id }) => id.includes(name));
    expect(text(own)).not.toContain('dynamodb:Scan');
  });
});

/** The context that owns each table: only its functions write there. */
const OWNERS: Readonly<Record<string, string>> = {
  ApiKeys: 'platform',
  Settings: 'platform',
  Requests: 'platform',
  Vault: 'platform',
  Blocks: 'metrics',
  Targets: 'metrics',
  Forecasts: 'forecasts',
  Anomalies: 'anomalies',
  Incidents: 'incidents',
  Changes: 'changes',
  Remediations: 'remediation',
};

/** Writers of another context, each with the reason. */
const FOREIGN_WRITERS: Readonly<Record<string, string>> = {
  'command-incidents Requests':
    'it charges quotas, and stores the responses to commands that carry an Idempotency-Key',
  'command-changes Requests':
    'it charges quotas, and stores the responses to commands that carry an Idempotency-Key',
  'command-remediations Requests':
    'it charges quotas, and stores the responses to commands that carry an Idempotency-Key',
  'receive-webhook Requests':
    'it charges the quota of changes, and stores its responses so that a repeated webhook has no further effect',
  'choose-action Requests': 'circuit breakers of integrations have their states there',
  'execute-action Requests': 'circuit breakers of integrations and actions have their states there',
  'execute-action Forecasts':
    'it tells the forecasts of what was done, so that they do not take it for the end of a climb',
  'query-api Requests': 'it charges the quota of read requests',
  'receive-metrics Requests': 'it charges the quota of points before it accepts any',
  'start-forecast-run Requests': 'it charges the quota of runs',
};

describe('each table', () => {
  const tables = resourcesOfType(stage, 'AWS::DynamoDB::GlobalTable');
  const writes = Object.entries(PERMISSIONS).flatMap(([name, actions]) =>
    actions.flatMap((action) => {
      const [, table] = /^dynamodb:(?:Put|Update|Delete)Item (\w+)$/.exec(action) ?? [];
      return table === undefined ? [] : [{ name: kebabCase(name), table }];
    }),
  );

  it('has an owner, and no other table exists', () => {
    expect(tables).toHaveLength(Object.keys(OWNERS).length);
    expect(new Set(writes.map(({ table }) => table))).toEqual(new Set(Object.keys(OWNERS)));
  });

  it('is written only by functions of its context', () => {
    const foreign = writes
      .filter(({ name, table }) => folderOf(name) !== `functions/${OWNERS[table]}/${name}`)
      .map(({ name, table }) => `${name} ${table}`);
    expect(new Set(foreign)).toEqual(new Set(Object.keys(FOREIGN_WRITERS)));
  });
});

describe('workflows', () => {
  it.each([
    ['ForecastsDispatch', 1, 1],
    ['ForecastsFleet', 3, 0],
    ['DeploymentsWatch', 2, 0],
    ['SecretDrill', 2, 0],
    ['RemediationRemediate', 5, 0],
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
    '%s rejects plain HTTP',
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

  it('let Secrets Manager of this account alone invoke the rotation', () => {
    const permissions = resourcesOfType(stage, 'AWS::Lambda::Permission').filter(
      ({ Properties }) => Properties.Principal === 'secretsmanager.amazonaws.com',
    );
    expect(permissions).toHaveLength(1);
    expect(permissions[0]?.Properties.SourceAccount).toEqual({ Ref: 'AWS::AccountId' });
    expect(text(permissions[0]?.Properties.FunctionName)).toContain('RotateSecret');
  });

  it('let only this API and those alarms invoke a function from outside', () => {
    const permissions = resourcesOfType(stage, 'AWS::Lambda::Permission').filter(
      ({ Properties }) =>
        !/^(?:lambda\.alarms\.cloudwatch|secretsmanager|events)\./.test(Properties.Principal),
    );
    expect(permissions).toHaveLength(12);
    for (const { Properties } of permissions) {
      expect(Properties.Principal).toBe('apigateway.amazonaws.com');
      expect(text(Properties.SourceArn)).toMatch(/HttpApi/);
    }
  });

  it('let rules of EventBridge invoke only what heals alarms, closes stopped remediations and tells people', () => {
    const byRules = resourcesOfType(stage, 'AWS::Lambda::Permission').filter(
      ({ Properties }) => Properties.Principal === 'events.amazonaws.com',
    );
    expect(byRules.map(({ Properties }) => text([Properties.FunctionName, Properties.SourceArn]))).toEqual([
      expect.stringMatching(/SelfHealingHealPlatform.*SelfHealingOwnAlarms/),
      expect.stringMatching(/RemediationCloseRemediation.*RemediationStopped/),
      expect.stringMatching(/PeopleNoticesTellPeople.*PeopleNoticesPeopleNeeded/),
    ]);
  });
});
