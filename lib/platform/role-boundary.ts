import { Stack, Validations } from 'aws-cdk-lib';
import { Effect, ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { USED_ACTIONS } from './used-actions.ts';

/**
 * Actions that no function may ever perform, whatever its policies allow: they destroy data or its backups, switch off
 * the audit or the alarms, make resources public, or change who may do what. Deployments do this with their own roles.
 */
const DENIED_ACTIONS: readonly string[] = [
  'account:*',
  'backup:*',
  'cloudformation:*',
  'cloudtrail:*',
  'cloudwatch:DeleteAlarms',
  'cloudwatch:DisableAlarmActions',
  'cloudwatch:PutMetricAlarm',
  'cloudwatch:SetAlarmState',
  'cognito-idp:CreateUserPool*',
  'cognito-idp:DeleteUserPool*',
  'cognito-idp:UpdateUserPool*',
  'config:*',
  'dynamodb:Delete*Backup',
  'dynamodb:DeleteTable*',
  'dynamodb:Export*',
  'dynamodb:*ResourcePolicy',
  'dynamodb:Update*Table*',
  'dynamodb:UpdateContinuousBackups',
  'dynamodb:UpdateTimeToLive',
  'ec2:*',
  'events:DeleteRule',
  'events:DisableRule',
  'events:PutPermission',
  'events:PutRule',
  'events:*Targets',
  'iam:*',
  'kms:Delete*',
  'kms:Disable*',
  'kms:PutKeyPolicy',
  'kms:ScheduleKeyDeletion',
  'kms:UpdateAlias',
  'lambda:*Permission',
  'lambda:Create*',
  'lambda:Delete*',
  'lambda:Put*',
  'lambda:Update*',
  'logs:DeleteLogGroup',
  'logs:DeleteLogStream',
  'logs:*RetentionPolicy',
  'logs:*SubscriptionFilter',
  'logs:DisassociateKmsKey',
  'organizations:*',
  's3:BypassGovernanceRetention',
  's3:DeleteBucket*',
  's3:DeleteObjectVersion*',
  's3:PutAccountPublicAccessBlock',
  's3:PutBucket*',
  's3:PutEncryptionConfiguration',
  's3:PutLifecycleConfiguration',
  's3:PutObject*Acl',
  's3:PutReplicationConfiguration',
  'scheduler:DeleteScheduleGroup',
  'secretsmanager:*ResourcePolicy',
  'secretsmanager:DeleteSecret',
  'sns:*Permission',
  'sns:DeleteTopic',
  'sns:SetTopicAttributes',
  'sns:Subscribe',
  'sqs:*Permission',
  'sqs:DeleteQueue',
  'sqs:PurgeQueue',
  'sqs:SetQueueAttributes',
  'ssm:Delete*',
  'states:DeleteStateMachine',
  'states:UpdateStateMachine',
  'sts:AssumeRole*',
];

/**
 * The permissions boundary of every role: the most that a role could be granted. It allows the actions that Forestall
 * uses, on resources of its own account, over TLS, and denies `DENIED_ACTIONS`. It grants nothing by itself.
 *
 * A change of its description or name would replace it, which CloudFormation refuses while roles use it.
 */
export class RoleBoundary extends Construct {
  readonly policy: ManagedPolicy;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const { account } = Stack.of(this);
    this.policy = new ManagedPolicy(this, 'Policy', {
      description: 'The most that any role of Forestall may do',
      statements: [
        new PolicyStatement({ sid: 'Used', actions: [...USED_ACTIONS], resources: ['*'] }),
        deny('Never', DENIED_ACTIONS, {}),
        deny('OtherAccounts', ['*'], {
          StringNotEquals: { 'aws:ResourceAccount': account },
          // Requests without a resource do not carry the key.
          Null: { 'aws:ResourceAccount': 'false' },
        }),
        deny('PlainHttp', ['*'], { Bool: { 'aws:SecureTransport': 'false' } }),
      ],
    });
    Validations.of(this.policy).acknowledge({
      id: 'AwsSolutions::AwsSolutions-IAM5[Resource::*]',
      reason: 'A permissions boundary grants nothing: the policies of each role name its resources.',
    });
  }
}

const deny = (
  sid: string,
  actions: readonly string[],
  conditions: Record<string, unknown>,
): PolicyStatement =>
  new PolicyStatement({ sid, effect: Effect.DENY, actions: [...actions], resources: ['*'], conditions });
