import { PROVISION_ACTIONS } from './provision-actions.ts';

/** The actions that functions and workflows use, by service. */
const BY_SERVICE: Readonly<Record<string, readonly string[]>> = {
  // Only a stage with SCIM grants these.
  'cognito-idp': PROVISION_ACTIONS,
  dynamodb: [
    'BatchGetItem',
    'DeleteItem',
    'DescribeStream',
    'GetItem',
    'GetRecords',
    'GetShardIterator',
    'ListStreams',
    'PutItem',
    'Query',
    'UpdateItem',
  ],
  events: ['PutEvents'],
  lambda: ['InvokeFunction'],
  // All but the first three: Step Functions delivers the logs of workflows.
  logs: [
    'CreateLogStream',
    'FilterLogEvents',
    'PutLogEvents',
    'CreateLogDelivery',
    'DeleteLogDelivery',
    'DescribeLogGroups',
    'DescribeResourcePolicies',
    'GetLogDelivery',
    'ListLogDeliveries',
    'PutResourcePolicy',
    'UpdateLogDelivery',
  ],
  s3: ['GetObject', 'ListBucket', 'PutObject'],
  secretsmanager: [
    'DescribeSecret',
    'GetSecretValue',
    'ListSecretVersionIds',
    'PutSecretValue',
    'RotateSecret',
    'UpdateSecretVersionStage',
  ],
  sqs: [
    'ChangeMessageVisibility',
    'DeleteMessage',
    'GetQueueAttributes',
    'GetQueueUrl',
    'ReceiveMessage',
    'SendMessage',
  ],
  states: ['StartExecution'],
  // Only a stage that sends traces grants these.
  xray: ['GetSamplingRules', 'GetSamplingTargets', 'PutTelemetryRecords', 'PutTraceSegments'],
};

/** Use of the key of a stage with `encryption: 'customer-key'`; its key policy grants it to callers of the services. */
export const KEY_ACTIONS: readonly string[] = [
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
];

/**
 * All actions that a role may be granted. A grant of another one has no effect until it is listed here:
 * `test/iam/role-boundary.test.ts` fails.
 */
export const USED_ACTIONS: readonly string[] = [
  ...Object.entries(BY_SERVICE).flatMap(([service, actions]) =>
    actions.map((action) => `${service}:${action}`),
  ),
  ...KEY_ACTIONS,
];
