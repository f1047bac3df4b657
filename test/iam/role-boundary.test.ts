import { describe, expect, it } from 'vitest';
import { STAGES } from '../../lib/config/stage-config.ts';
import { KEY_ACTIONS } from '../../lib/platform/used-actions.ts';
import { stageOf } from '../infra/synthesised-stage.ts';
import { type Applicable, type Call, isAllowed } from './evaluate.ts';
import { grantsOf } from './grants.ts';
import { policiesOf, type Statement } from './policies.ts';
import { type ResolvedResource, resolveTemplates } from './resolve-template.ts';

const resources = resolveTemplates(stageOf('prod').templates);
const policies = policiesOf(resources.values());
const [boundary = []] = policies.boundaryOf.values();

const EVERYTHING: Statement = { Effect: 'Allow', Action: ['*'], Resource: ['*'] };

/** What a role with every permission may do within a boundary. */
const mayDo = (
  action: string,
  context: Call['context'] = {},
  within: readonly Statement[] = boundary,
): Promise<boolean> => {
  const applicable: Applicable = { identity: [EVERYTHING], resource: [], boundary: within };
  const resource = ARN_OF[action] ?? '*';
  return isAllowed({ caller: { role: 'Any' }, action, resource, context, because: 'test' }, applicable);
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

const USED: Readonly<Record<string, string>> = {
  'dynamodb:GetItem': 'arn:aws:dynamodb:us-east-1:000000000000:table/Blocks',
  's3:GetObject': 'arn:aws:s3:::bucket/key',
};
/** In the service but neither used nor forbidden by name. */
const UNUSED: Readonly<Record<string, string>> = {
  'dynamodb:Scan': 'arn:aws:dynamodb:us-east-1:000000000000:table/Blocks',
  's3:ListAllMyBuckets': '*',
  'bedrock:InvokeModel': 'arn:aws:bedrock:us-east-1::foundation-model/one',
};
const ARN_OF: Readonly<Record<string, string>> = { ...FORBIDDEN, ...USED, ...UNUSED };

const withoutBoundary = (all: Iterable<ResolvedResource>): string[] =>
  [...all]
    .filter(({ type }) => type === 'AWS::IAM::Role')
    .filter(({ properties }) => !JSON.stringify(properties).includes('"PermissionsBoundary":'))
    .map(({ id }) => id);

describe.each(STAGES)('in stage %s', (stage) => {
  const all = resolveTemplates(stageOf(stage).templates);

  it('every role has the boundary', () => {
    expect(withoutBoundary(all.values())).toEqual([]);
    const boundaries = [...policiesOf(all.values()).boundaryOf.values()];
    expect(boundaries.length).toBeGreaterThan(20);
    expect(new Set(boundaries.map((each) => JSON.stringify(each))).size).toBe(1);
  });
});

it('a planted role without the boundary is found', () => {
  const role = { id: 'Intruder', type: 'AWS::IAM::Role', arn: 'arn', properties: { Tags: [] } };
  expect(withoutBoundary([...resources.values(), role])).toEqual(['Intruder']);
});

describe('the boundary', () => {
  it('allows every action that a policy grants: extend lib/platform/used-actions.ts for a new one', async () => {
    const grants = grantsOf(policies).filter(({ holder }) => policies.ofRole.has(holder));
    expect(grants.length).toBeGreaterThan(200);
    const refused = [];
    for (const { holder, action, resource } of grants) {
      const call = { caller: { role: holder }, action, resource: plain(resource), context: {}, because: '' };
      if (!(await isAllowed(call, { identity: [EVERYTHING], resource: [], boundary })))
        refused.push(`${holder}: ${action}`);
    }
    expect(refused).toEqual([]);
  });

  it('lists no action that no policy grants, except those of switches that are off', () => {
    const granted = new Set([...grantsOf(policies).map(({ action }) => action), ...KEY_ACTIONS]);
    const isOfSwitch = (action: string) => granted.has(action) || /^(?:xray|cognito-idp):/.test(action);
    const listed = boundary.filter(({ Effect }) => Effect === 'Allow').flatMap(({ Action }) => Action);
    expect(listed.filter((action) => !isOfSwitch(action))).toEqual([]);
  });

  it('fits into a managed policy', () => {
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    expect(JSON.stringify(boundary).length).toBeLessThan(6144);
  });

  it.each(Object.keys(FORBIDDEN))('denies %s even if it also allowed everything', async (action) => {
    expect(await mayDo(action, {}, [...boundary, EVERYTHING])).toBe(false);
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
    const denied = boundary.filter(({ Effect, Condition }) => Effect === 'Deny' && Condition === undefined);
    const unmatched = denied
      .flatMap(({ Action }) => Action)
      .filter((entry) => !Object.keys(FORBIDDEN).some((action) => matches(entry, action)));
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
