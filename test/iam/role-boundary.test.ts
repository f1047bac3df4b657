import { describe, expect, it } from 'vitest';
import { selectStage } from '../../lib/config/select-stage.ts';
import { STAGES, type StageConfig } from '../../lib/config/stage-config.ts';
import { KEY_ACTIONS } from '../../lib/platform/used-actions.ts';
import { actionRolePath } from '../../lib/remediation/action-roles.ts';
import { stageCeiling } from '../../lib/remediation/stage-ceiling.ts';
import { stageOf } from '../infra/synthesised-stage.ts';
import { type Applicable, type Call, isAllowed } from './evaluate.ts';
import { grantsOf } from './grants.ts';
import { policiesOf, type Statement } from './policies.ts';
import { type ResolvedResource, resolveTemplates } from './resolve-template.ts';
import { ACCOUNT } from './resource-names.ts';

/** Every switch that adds actions to a boundary. */
const SWITCHES: Partial<StageConfig> = {
  ...{ tracing: true, signIn: { ...selectStage('prod').signIn, scim: true } },
  secrets: { rotationDays: 90, separateSigningKeys: true, vault: true, integrations: [] },
};
const WITH_KEY: Partial<StageConfig> = { ...SWITCHES, encryption: 'customer-key' };

const IS_OF_ROLES = /^AWS::IAM::(?:Role|Policy|ManagedPolicy)$/;

/** The policies of the roles of a stage, with their boundaries. */
const limitsOf = (stage: (typeof STAGES)[number], changes: Partial<StageConfig> = {}) => {
  const resources = resolveTemplates(stageOf(stage, changes).templates);
  const policies = policiesOf([...resources.values()].filter(({ type }) => IS_OF_ROLES.test(type)));
  const isOfWorkflow = (role: string): boolean =>
    JSON.stringify(resources.get(role)?.properties).includes('states.amazonaws.com');
  /** Functions assume the roles of actions, to read or change resources that are not Forestall's. */
  const isOfAction = (role: string): boolean =>
    JSON.stringify(resources.get(role)?.properties).includes(`"Path":"${actionRolePath(stage)}"`);
  const boundaryOf = (isOfKind: (role: string) => boolean): readonly Statement[] =>
    [...policies.boundaryOf].find(([role]) => isOfKind(role))?.[1] ?? [];
  return {
    ...{ resources, policies, isOfWorkflow, isOfAction },
    ofFunctions: boundaryOf((role) => !isOfWorkflow(role) && !isOfAction(role)),
    ...{ ofWorkflows: boundaryOf(isOfWorkflow), ofActions: boundaryOf(isOfAction) },
  };
};

type Limits = ReturnType<typeof limitsOf>;

const limitOf = (limits: Limits, role: string): readonly Statement[] => {
  if (limits.isOfAction(role)) return limits.ofActions;
  return limits.isOfWorkflow(role) ? limits.ofWorkflows : limits.ofFunctions;
};

const prod = limitsOf('prod');
const boundary = prod.ofFunctions;

const EVERYTHING: Statement = { Effect: 'Allow', Action: ['*'], Resource: ['*'] };

/** A key policy that leaves the decision to IAM: without a policy, a key allows nothing. */
const LEFT_TO_IAM: Statement = {
  ...{ Effect: 'Allow', Action: ['kms:*'], Resource: ['*'] },
  Principal: { AWS: [`arn:aws:iam::${ACCOUNT}:root`] },
};

/** What a role with every permission may do within a boundary, on a resource of stage prod. */
const mayDo = (
  action: string,
  context: Call['context'] = {},
  within: readonly Statement[] = boundary,
  resource: string = ARN_OF[action] ?? '*',
): Promise<boolean> => {
  const policyOfResource = resource.startsWith('arn:aws:kms:') ? [LEFT_TO_IAM] : [];
  const applicable: Applicable = {
    ...{ identity: [EVERYTHING], resource: policyOfResource, boundary: within, stage: 'prod' },
  };
  return isAllowed({ caller: { role: 'Any' }, action, resource, context, because: 'test' }, applicable);
};

/** The ARN of a resource of a stage, by a part of its logical id. */
const arnIn = ({ resources }: ReturnType<typeof limitsOf>, type: string, id: RegExp): string => {
  const found = [...resources.values()].find((each) => each.type === type && id.test(each.id));
  if (found?.arn === undefined) throw new TypeError(`no ${type} is named like ${id.source}`);
  return found.arn;
};

/** One forbidden action for each entry of `DENIED_ACTIONS`, with a resource where the action needs one. */
const FORBIDDEN: Readonly<Record<string, string>> = {
  'account:CloseAccount': 'arn:aws:account::000000000000:account',
  'backup:DeleteRecoveryPoint': 'arn:aws:backup:us-east-1:000000000000:recovery-point:one',
  'cloudformation:DeleteStack': 'arn:aws:cloudformation:us-east-1:000000000000:stack/one/two',
  'cloudtrail:StopLogging': 'arn:aws:cloudtrail:us-east-1:000000000000:trail/audit',
  'cloudwatch:DeleteAlarms': 'arn:aws:cloudwatch:us-east-1:000000000000:alarm:one',
  'cloudwatch:DisableAlarmActions': 'arn:aws:cloudwatch:us-east-1:000000000000:alarm:one',
  'cloudwatch:PutMetricAlarm': 'arn:aws:cloudwatch:us-east-1:000000000000:alarm:one',
  'cloudwatch:SetAlarmState': 'arn:aws:cloudwatch:us-east-1:000000000000:alarm:one',
  'cognito-idp:CreateUserPoolClient': 'arn:aws:cognito-idp:us-east-1:000000000000:userpool/one',
  'cognito-idp:DeleteUserPool': 'arn:aws:cognito-idp:us-east-1:000000000000:userpool/one',
  'cognito-idp:UpdateUserPool': 'arn:aws:cognito-idp:us-east-1:000000000000:userpool/one',
  'config:StopConfigurationRecorder': '*',
  'dynamodb:DeleteBackup': 'arn:aws:dynamodb:us-east-1:000000000000:table/Blocks/backup/one',
  'dynamodb:DeleteTable': 'arn:aws:dynamodb:us-east-1:000000000000:table/Blocks',
  'dynamodb:ExportTableToPointInTime': 'arn:aws:dynamodb:us-east-1:000000000000:table/Blocks',
  'dynamodb:PutResourcePolicy': 'arn:aws:dynamodb:us-east-1:000000000000:table/Blocks',
  'dynamodb:UpdateTable': 'arn:aws:dynamodb:us-east-1:000000000000:table/Blocks',
  'dynamodb:UpdateContinuousBackups': 'arn:aws:dynamodb:us-east-1:000000000000:table/Blocks',
  'dynamodb:UpdateTimeToLive': 'arn:aws:dynamodb:us-east-1:000000000000:table/Blocks',
  'ec2:AuthorizeSecurityGroupIngress': 'arn:aws:ec2:us-east-1:000000000000:security-group/one',
  'events:DeleteRule': 'arn:aws:events:us-east-1:000000000000:rule/one',
  'events:DisableRule': 'arn:aws:events:us-east-1:000000000000:rule/one',
  'events:PutPermission': '*',
  'events:PutRule': 'arn:aws:events:us-east-1:000000000000:rule/one',
  'events:RemoveTargets': 'arn:aws:events:us-east-1:000000000000:rule/one',
  'iam:AttachRolePolicy': 'arn:aws:iam::000000000000:role/one',
  'kms:DeleteAlias': 'arn:aws:kms:us-east-1:000000000000:alias/one',
  'kms:DisableKey': 'arn:aws:kms:us-east-1:000000000000:key/one',
  'kms:PutKeyPolicy': 'arn:aws:kms:us-east-1:000000000000:key/one',
  'kms:ScheduleKeyDeletion': 'arn:aws:kms:us-east-1:000000000000:key/one',
  'kms:UpdateAlias': 'arn:aws:kms:us-east-1:000000000000:alias/one',
  'lambda:AddPermission': 'arn:aws:lambda:us-east-1:000000000000:function:one',
  'lambda:CreateFunctionUrlConfig': 'arn:aws:lambda:us-east-1:000000000000:function:one',
  'lambda:DeleteFunction': 'arn:aws:lambda:us-east-1:000000000000:function:one',
  'lambda:PutFunctionConcurrency': 'arn:aws:lambda:us-east-1:000000000000:function:one',
  'lambda:UpdateFunctionCode': 'arn:aws:lambda:us-east-1:000000000000:function:one',
  'logs:DeleteLogGroup': 'arn:aws:logs:us-east-1:000000000000:log-group:one',
  'logs:DeleteLogStream': 'arn:aws:logs:us-east-1:000000000000:log-group:one:log-stream:two',
  'logs:PutRetentionPolicy': 'arn:aws:logs:us-east-1:000000000000:log-group:one',
  'logs:PutSubscriptionFilter': 'arn:aws:logs:us-east-1:000000000000:log-group:one',
  'logs:DisassociateKmsKey': 'arn:aws:logs:us-east-1:000000000000:log-group:one',
  'organizations:LeaveOrganization': '*',
  's3:BypassGovernanceRetention': 'arn:aws:s3:::bucket/key',
  's3:DeleteBucket': 'arn:aws:s3:::bucket',
  's3:DeleteObjectVersion': 'arn:aws:s3:::bucket/key',
  's3:PutAccountPublicAccessBlock': '*',
  's3:PutBucketPolicy': 'arn:aws:s3:::bucket',
  's3:PutEncryptionConfiguration': 'arn:aws:s3:::bucket',
  's3:PutLifecycleConfiguration': 'arn:aws:s3:::bucket',
  's3:PutObjectAcl': 'arn:aws:s3:::bucket/key',
  's3:PutReplicationConfiguration': 'arn:aws:s3:::bucket',
  'scheduler:DeleteScheduleGroup': 'arn:aws:scheduler:us-east-1:000000000000:schedule-group/one',
  'secretsmanager:PutResourcePolicy': 'arn:aws:secretsmanager:us-east-1:000000000000:secret:one',
  'secretsmanager:DeleteSecret': 'arn:aws:secretsmanager:us-east-1:000000000000:secret:one',
  'sns:AddPermission': 'arn:aws:sns:us-east-1:000000000000:one',
  'sns:DeleteTopic': 'arn:aws:sns:us-east-1:000000000000:one',
  'sns:SetTopicAttributes': 'arn:aws:sns:us-east-1:000000000000:one',
  'sns:Subscribe': 'arn:aws:sns:us-east-1:000000000000:one',
  'sqs:RemovePermission': 'arn:aws:sqs:us-east-1:000000000000:one',
  'sqs:DeleteQueue': 'arn:aws:sqs:us-east-1:000000000000:one',
  'sqs:PurgeQueue': 'arn:aws:sqs:us-east-1:000000000000:one',
  'sqs:SetQueueAttributes': 'arn:aws:sqs:us-east-1:000000000000:one',
  'ssm:DeleteParameter': 'arn:aws:ssm:us-east-1:000000000000:parameter/one',
  'states:DeleteStateMachine': 'arn:aws:states:us-east-1:000000000000:stateMachine:one',
  'states:UpdateStateMachine': 'arn:aws:states:us-east-1:000000000000:stateMachine:one',
  'sts:AssumeRole': 'arn:aws:iam::000000000000:role/one',
};

/** Deliveries of logs, which only roles of workflows need. */
const DELIVERIES: Readonly<Record<string, string>> = {
  'logs:CreateLogDelivery': '*',
  'logs:DeleteLogDelivery': '*',
  'logs:UpdateLogDelivery': '*',
  'logs:PutResourcePolicy': '*',
};

const USED: Readonly<Record<string, string>> = {
  'dynamodb:GetItem': arnIn(prod, 'AWS::DynamoDB::GlobalTable', /^Blocks/),
  's3:GetObject': `${arnIn(prod, 'AWS::S3::Bucket', /^RawBucket/)}/key`,
};
/** In the service but neither used nor forbidden by name. */
const UNUSED: Readonly<Record<string, string>> = {
  'dynamodb:Scan': 'arn:aws:dynamodb:us-east-1:000000000000:table/Blocks',
  's3:ListAllMyBuckets': '*',
  'bedrock:InvokeModel': 'arn:aws:bedrock:us-east-1::foundation-model/one',
};
const ARN_OF: Readonly<Record<string, string>> = { ...FORBIDDEN, ...USED, ...UNUSED, ...DELIVERIES };

const withoutBoundary = (all: Iterable<ResolvedResource>): string[] =>
  [...all]
    .filter(({ type }) => type === 'AWS::IAM::Role')
    .filter(({ properties }) => !JSON.stringify(properties).includes('"PermissionsBoundary":'))
    .map(({ id }) => id);

describe.each(STAGES)('in stage %s', (stage) => {
  const limits = limitsOf(stage);
  const { resources, policies, isOfAction, ofFunctions, ofWorkflows, ofActions } = limits;

  it('every role has the boundary of its kind', () => {
    expect(withoutBoundary(resources.values())).toEqual([]);
    expect(policies.boundaryOf.size).toBeGreaterThan(20);
    const different = [ofFunctions, ofWorkflows, ofActions].map((limit) => JSON.stringify(limit));
    expect(new Set(different).size).toBe(3);
    for (const [role, statements] of policies.boundaryOf)
      expect([role, statements]).toEqual([role, limitOf(limits, role)]);
    const ofAction = [...policies.boundaryOf.keys()].filter(isOfAction);
    expect(ofAction.length > 0).toBe(stageCeiling(selectStage(stage)).actions.length > 0);
  });
});

it('a planted role without the boundary is found', () => {
  const properties = { Tags: [] };
  const role = { id: 'Intruder', name: 'Intruder', type: 'AWS::IAM::Role', arn: 'arn', properties };
  expect(withoutBoundary([...prod.resources.values(), role])).toEqual(['Intruder']);
});

const actionsIn = (statements: readonly Statement[]): readonly string[] =>
  statements.filter(({ Effect }) => Effect === 'Allow').flatMap(({ Action }) => Action);

describe.each([
  ...STAGES.map((stage) => [stage, 'as it is', {}] as const),
  ['prod', 'with every switch', SWITCHES] as const,
  ['prod', 'with a key of its own', WITH_KEY] as const,
])('the boundaries of stage %s %s', (stage, _, changes) => {
  const { policies, isOfWorkflow, isOfAction, ofFunctions, ofWorkflows } = limitsOf(stage, changes);
  const grants = grantsOf(policies).filter(
    ({ holder }) => policies.ofRole.has(holder) && !isOfAction(holder),
  );

  it('allow every grant of a policy: extend lib/platform/used-actions.ts for a new action', async () => {
    expect(grants.length).toBeGreaterThan(150);
    const refused = [];
    for (const { holder, action, resource } of grants) {
      const call = { caller: { role: holder }, action, resource: plain(resource), context: {}, because: '' };
      const within = policies.boundaryOf.get(holder);
      if (!(await isAllowed(call, { identity: [EVERYTHING], resource: [], boundary: within, stage })))
        refused.push(`${holder}: ${action} on ${resource}`);
    }
    expect(refused).toEqual([]);
  });

  it.each([
    ['functions', false, ofFunctions],
    ['workflows', true, ofWorkflows],
  ])('list no action that no policy of %s grants', (kind, workflows, statements) => {
    const ofKind = grants.filter(({ holder }) => isOfWorkflow(holder) === workflows);
    const granted = new Set(ofKind.map(({ action }) => action));
    // The key policy grants them.
    const isOfKey = (action: string) => 'encryption' in changes && KEY_ACTIONS.includes(action);
    expect(kind.length).toBeGreaterThan(0);
    expect(actionsIn(statements).filter((action) => !granted.has(action) && !isOfKey(action))).toEqual([]);
  });

  it('fit into a managed policy', () => {
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    for (const statements of [ofFunctions, ofWorkflows])
      expect(asDeployed(statements).length).toBeLessThan(6144);
  });
});

it('the boundary of the roles of actions lists what their policies grant, and nothing else', () => {
  const { policies, isOfAction, ofActions } = limitsOf('local');
  const granted = grantsOf(policies).filter(
    ({ holder }) => policies.ofRole.has(holder) && isOfAction(holder),
  );
  // Granted with the secrets of integrations or clusters, of which stage `local` has none.
  const ofSecrets = 'secretsmanager:GetSecretValue';
  const listed = actionsIn(ofActions).filter((action) => action !== ofSecrets);
  expect(listed.length).toBeGreaterThan(40);
  expect(new Set(listed)).toEqual(new Set(granted.map(({ action }) => action)));
});

/** A boundary with names as long as in an account: in another region and partition, with suffixes of CloudFormation. */
const asDeployed = (statements: readonly Statement[]): string =>
  JSON.stringify(statements)
    .replaceAll('us-east-1', 'ap-northeast-1')
    .replaceAll('arn:aws:', 'arn:aws-us-gov:')
    .replaceAll(/((?:table\/|s3:::)Forestall-\w+-\w+-\w+)/g, '$1-1A2B3C4D5E6F7');

describe('a role of stage dev that is allowed everything', () => {
  const dev = limitsOf('dev', WITH_KEY);
  const other = limitsOf('prod', WITH_KEY);
  /** An action of each service on a resource of a stage. */
  const resourcesOf = (stage: ReturnType<typeof limitsOf>): Readonly<Record<string, string>> => ({
    'dynamodb:GetItem': arnIn(stage, 'AWS::DynamoDB::GlobalTable', /^Blocks/),
    'dynamodb:Query': `${arnIn(stage, 'AWS::DynamoDB::GlobalTable', /^Forecasts/)}/index/byRisk`,
    's3:GetObject': `${arnIn(stage, 'AWS::S3::Bucket', /^RawBucket/)}/raw/key`,
    's3:ListBucket': arnIn(stage, 'AWS::S3::Bucket', /^ReportBucket/),
    'secretsmanager:GetSecretValue': arnIn(stage, 'AWS::SecretsManager::Secret', /^SecretsVault/),
    'lambda:InvokeFunction': arnIn(stage, 'AWS::Lambda::Function', /IssueApiKey/),
    'cognito-idp:AdminGetUser': arnIn(stage, 'AWS::Cognito::UserPool', /^SignIn/),
    'sqs:ReceiveMessage': arnIn(stage, 'AWS::SQS::Queue', /^Ingest/),
    'logs:PutLogEvents': plain(arnIn(stage, 'AWS::Logs::LogGroup', /^FunctionsQueryApi/)),
    'logs:FilterLogEvents': plain(arnIn(stage, 'AWS::Logs::LogGroup', /^FunctionsQueryApi/)),
    'events:PutEvents': arnIn(stage, 'AWS::Events::EventBus', /^Bus/),
    'states:StartExecution': arnIn(stage, 'AWS::StepFunctions::StateMachine', /^ForecastsFleet/),
    'kms:Decrypt': arnIn(stage, 'AWS::KMS::Key', /./),
  });
  const may = (action: string, resource: string | undefined, stage: string, within = dev.ofFunctions) =>
    mayDo(action, { 'aws:ResourceTag/forestall:stage': stage }, within, resource);

  it.each(Object.keys(resourcesOf(dev)))('may %s on its own stage, not on prod', async (action) => {
    expect(await may(action, resourcesOf(dev)[action], 'dev')).toBe(true);
    expect(await may(action, resourcesOf(other)[action], 'prod')).toBe(false);
  });

  it.each(['lambda:InvokeFunction', 'states:StartExecution'])(
    'and runs a workflow may %s on its own stage, not on prod',
    async (action) => {
      expect(await may(action, resourcesOf(dev)[action], 'dev', dev.ofWorkflows)).toBe(true);
      expect(await may(action, resourcesOf(other)[action], 'prod', dev.ofWorkflows)).toBe(false);
    },
  );

  it.each([
    ['dynamodb:GetItem', 'arn:aws:dynamodb:us-east-1:000000000000:table/Customers'],
    ['s3:GetObject', 'arn:aws:s3:::customers/key'],
    ['secretsmanager:GetSecretValue', 'arn:aws:secretsmanager:us-east-1:000000000000:secret:shop'],
    ['lambda:InvokeFunction', 'arn:aws:lambda:us-east-1:000000000000:function:shop'],
  ])('may not %s on what else the account has', async (action, resource) => {
    const applicable = { identity: [EVERYTHING], resource: [], boundary: dev.ofFunctions };
    const call = { caller: { role: 'Any' }, action, resource, context: {}, because: 'test' };
    expect(await isAllowed(call, applicable)).toBe(false);
  });
});

describe('the actions of a switch are allowed only with it', () => {
  const withoutKey = limitsOf('prod', SWITCHES);
  it.each([
    ['xray:PutTraceSegments', { ...SWITCHES, tracing: false }],
    ['cognito-idp:AdminDeleteUser', { ...SWITCHES, signIn: selectStage('prod').signIn }],
  ])('%s', (action, without) => {
    expect(actionsIn(withoutKey.ofFunctions)).toContain(action);
    expect(actionsIn(limitsOf('prod', without).ofFunctions)).not.toContain(action);
  });

  it('kms:Decrypt', () => {
    expect(actionsIn(limitsOf('prod', WITH_KEY).ofFunctions)).toContain('kms:Decrypt');
    expect(actionsIn(withoutKey.ofFunctions)).not.toContain('kms:Decrypt');
  });
});

describe('the boundary', () => {
  it.each(Object.keys(FORBIDDEN))('denies %s even if it also allowed everything', async (action) => {
    expect(await mayDo(action, {}, [...boundary, EVERYTHING])).toBe(false);
    expect(await mayDo(action, {}, [...prod.ofWorkflows, EVERYTHING])).toBe(false);
  });

  it.each(Object.keys(DELIVERIES))('denies %s to all but workflows', async (action) => {
    expect(await mayDo(action, {}, [...boundary, EVERYTHING])).toBe(false);
    expect(await mayDo(action, {}, prod.ofWorkflows)).toBe(true);
  });

  it.each(Object.keys(UNUSED))('does not allow %s, which nothing uses', async (action) => {
    expect(await mayDo(action)).toBe(false);
  });

  it.each(Object.keys(USED))('allows %s only in its own account and over TLS', async (action) => {
    expect(await mayDo(action)).toBe(true);
    expect(await mayDo(action, { 'aws:ResourceAccount': '999999999999' })).toBe(false);
    expect(await mayDo(action, { 'aws:SecureTransport': 'false' })).toBe(false);
  });

  it('has no entry that denies none of these actions', () => {
    const known = [...Object.keys(FORBIDDEN), ...Object.keys(DELIVERIES)];
    const denied = boundary.filter(({ Effect, Condition }) => Effect === 'Deny' && Condition === undefined);
    const unmatched = denied
      .flatMap(({ Action }) => Action)
      .filter((entry) => !known.some((action) => matches(entry, action)));
    expect(unmatched).toEqual([]);
  });
});

/** A resource that the wildcards of a grant match. */
const plain = (resource: string): string =>
  resource === '*'
    ? '*'
    : resource.replace(/^(arn:aws:logs:.*):\*$/, '$1:log-stream:any').replaceAll('*', 'any');

const matches = (pattern: string, action: string): boolean =>
  new RegExp(`^${pattern.replaceAll('*', '.*')}$`, 'i').test(action);
