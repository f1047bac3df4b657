/**
 * The actions that roles use, by what they act on. A grant of another one has no effect until it is listed here:
 * `test/iam/role-boundary.test.ts` fails.
 */

/** `of('s3', 'GetObject')` is `['s3:GetObject']`. */
const of = (service: string, ...actions: readonly string[]): readonly string[] =>
  actions.map((action) => `${service}:${action}`);

/** On tables, their indexes and streams. */
export const TABLE_ACTIONS = of(
  'dynamodb',
  ...['BatchGetItem', 'DeleteItem', 'DescribeStream', 'GetItem', 'GetRecords', 'GetShardIterator'],
  ...['PutItem', 'Query', 'UpdateItem'],
);

export const BUCKET_ACTIONS = of('s3', 'GetObject', 'ListBucket', 'PutObject');

export const BUS_ACTIONS = of('events', 'PutEvents');

export const FUNCTION_ACTIONS = of('lambda', 'InvokeFunction');

export const LOG_ACTIONS = of('logs', 'CreateLogStream', 'FilterLogEvents', 'PutLogEvents');

export const QUEUE_ACTIONS = of(
  'sqs',
  ...['ChangeMessageVisibility', 'DeleteMessage', 'GetQueueAttributes', 'GetQueueUrl'],
  ...['ListMessageMoveTasks', 'ReceiveMessage', 'SendMessage', 'StartMessageMoveTask'],
);

export const SECRET_ACTIONS = of(
  'secretsmanager',
  ...['DescribeSecret', 'GetSecretValue', 'ListSecretVersionIds', 'PutSecretValue', 'RotateSecret'],
  'UpdateSecretVersionStage',
);

export const TOPIC_ACTIONS = of('sns', 'Publish');

export const WORKFLOW_ACTIONS = of('states', 'StartExecution');

/** On no resource: the token of a task that waits names it. */
export const TASK_ACTIONS = of('states', 'SendTaskSuccess');

/** On the roles of actions that change resources; only with remediation. */
export const ASSUME_ACTIONS = of('sts', 'AssumeRole', 'TagSession');

/** On no resource: Lambda looks for the streams that a function reads. */
export const LIST_ACTIONS = of('dynamodb', 'ListStreams');

/** On no resource: Step Functions delivers the logs of workflows with their roles. */
export const DELIVERY_ACTIONS = of(
  'logs',
  ...['CreateLogDelivery', 'DeleteLogDelivery', 'DescribeLogGroups', 'DescribeResourcePolicies'],
  ...['GetLogDelivery', 'ListLogDeliveries', 'PutResourcePolicy', 'UpdateLogDelivery'],
);

/** On no resource; only in a stage that sends traces. */
export const TRACE_ACTIONS = of('xray', 'PutTelemetryRecords', 'PutTraceSegments');
export const WORKFLOW_TRACE_ACTIONS = [
  ...TRACE_ACTIONS,
  ...of('xray', 'GetSamplingRules', 'GetSamplingTargets'),
];

/** Use of the key of a stage with `encryption: 'customer-key'`; its key policy grants it to callers of the services. */
export const KEY_ACTIONS = of(
  'kms',
  ...['Decrypt', 'DescribeKey', 'Encrypt', 'GenerateDataKey', 'GenerateDataKeyWithoutPlaintext'],
  ...['ReEncryptFrom', 'ReEncryptTo'],
);
