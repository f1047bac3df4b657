import * as z from 'zod';
import { PROVISION_ACTIONS } from '../../lib/platform/provision-actions.ts';
import type { Call } from './evaluate.ts';
import type { RecordedCall } from './recorded-call.ts';
import { arn } from './resource-names.ts';

/** Permissions that a request needs: https://docs.aws.amazon.com/service-authorization/latest/reference/ */
export type Permission = Pick<Call, 'action' | 'resource' | 'context'>;

/** Name of a resource in the ARNs of `resource-names.ts`, by its physical id. */
type NameOf = (physicalId: string) => string;
type Mapping = (call: RecordedCall, nameOf: NameOf) => Permission[];

const on = (action: string, resource: string, context: Permission['context'] = {}): Permission => ({
  action,
  resource,
  context,
});

const OnTable = z.object({
  TableName: z.string(),
  IndexName: z.string().optional(),
  Select: z.string().optional(),
  ReturnValues: z.string().optional(),
});

const tableArn = (name: string, nameOf: NameOf): string => arn('dynamodb', `table/${nameOf(name)}`);

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html */
const conditionsOf = ({ Select, ReturnValues }: z.infer<typeof OnTable>): Permission['context'] => ({
  ...(Select !== undefined && { 'dynamodb:Select': Select }),
  ...(ReturnValues !== undefined && { 'dynamodb:ReturnValues': ReturnValues }),
});

const onTable =
  (action: string): Mapping =>
  ({ input }, nameOf) => {
    const request = OnTable.parse(input);
    const table = tableArn(request.TableName, nameOf);
    const resource = request.IndexName === undefined ? table : `${table}/index/${request.IndexName}`;
    return [on(`dynamodb:${action}`, resource, conditionsOf(request))];
  };

const onTables =
  (action: string): Mapping =>
  ({ input }, nameOf) =>
    z
      .object({ RequestItems: z.array(z.string()) })
      .parse(input)
      .RequestItems.map((name) => on(`dynamodb:${action}`, tableArn(name, nameOf)));

const ITEM_ACTIONS: Readonly<Record<string, string>> = {
  ConditionCheck: 'ConditionCheckItem',
  Delete: 'DeleteItem',
  Get: 'GetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
};
const Transaction = z.object({ TransactItems: z.array(z.record(z.string(), OnTable)) });

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html */
const transaction: Mapping = ({ input }, nameOf) =>
  Transaction.parse(input).TransactItems.flatMap((item) =>
    Object.entries(item).map(([kind, { TableName }]) => {
      const action = ITEM_ACTIONS[kind];
      if (action === undefined) throw new TypeError(`a transaction with ${kind} is not known`);
      return on(`dynamodb:${action}`, tableArn(TableName, nameOf));
    }),
  );

const send: Mapping = ({ input }, nameOf) => {
  const { QueueUrl } = z.object({ QueueUrl: z.string() }).parse(input);
  return [on('sqs:SendMessage', arn('sqs', nameOf(QueueUrl)))];
};

const startExecution: Mapping = ({ input }, nameOf) => {
  const { stateMachineArn } = z.object({ stateMachineArn: z.string() }).parse(input);
  return [on('states:StartExecution', arn('states', `stateMachine:${nameOf(stateMachineArn)}`))];
};

const Events = z.object({
  Entries: z.array(z.object({ EventBusName: z.string(), Source: z.string(), DetailType: z.string() })),
});

const putEvents: Mapping = ({ input }, nameOf) =>
  Events.parse(input).Entries.map(({ EventBusName, Source, DetailType }) =>
    on('events:PutEvents', arn('events', `event-bus/${nameOf(EventBusName)}`), {
      'events:source': Source,
      'events:detail-type': DetailType,
    }),
  );

/** A search of a whole log group is authorised on its streams. */
const onLogGroup: Mapping = ({ input }, nameOf) => {
  const { logGroupName } = z.object({ logGroupName: z.string() }).parse(input);
  return [on('logs:FilterLogEvents', arn('logs', `log-group:${nameOf(logGroupName)}:log-stream:any`))];
};

const onSecret =
  (action: string): Mapping =>
  ({ input }, nameOf) => {
    const { SecretId } = z.object({ SecretId: z.string() }).parse(input);
    // The ARN of a secret ends in six random characters; in the emulator, functions know it by name.
    const id = nameOf(SecretId.startsWith('arn:') ? SecretId.replace(/-\w{6}$/, '') : SecretId);
    return [on(`secretsmanager:${action}`, arn('secretsmanager', `secret:${id}`))];
  };

const onUserPool =
  (action: string): Mapping =>
  ({ input }, nameOf) => {
    const { UserPoolId } = z.object({ UserPoolId: z.string() }).parse(input);
    return [on(`cognito-idp:${action}`, arn('cognito-idp', `userpool/${nameOf(UserPoolId)}`))];
  };

/** Requests with a target header. */
const BY_TARGET: Readonly<Record<string, Mapping>> = {
  'AWSEvents.PutEvents': putEvents,
  'AWSStepFunctions.SendTaskSuccess': () => [on('states:SendTaskSuccess', '*')],
  'AWSStepFunctions.StartExecution': startExecution,
  'AmazonSQS.SendMessage': send,
  'AmazonSQS.SendMessageBatch': send,
  'DynamoDB_20120810.BatchGetItem': onTables('BatchGetItem'),
  'DynamoDB_20120810.BatchWriteItem': onTables('BatchWriteItem'),
  'DynamoDB_20120810.DeleteItem': onTable('DeleteItem'),
  'DynamoDB_20120810.GetItem': onTable('GetItem'),
  'DynamoDB_20120810.PutItem': onTable('PutItem'),
  'DynamoDB_20120810.Query': onTable('Query'),
  'DynamoDB_20120810.TransactGetItems': transaction,
  'DynamoDB_20120810.TransactWriteItems': transaction,
  'DynamoDB_20120810.UpdateItem': onTable('UpdateItem'),
  'Logs_20140328.FilterLogEvents': onLogGroup,
  ...Object.fromEntries(
    PROVISION_ACTIONS.map((action) => [`AWSCognitoIdentityProviderService.${action}`, onUserPool(action)]),
  ),
  ...Object.fromEntries(
    [
      'DescribeSecret',
      'GetSecretValue',
      'ListSecretVersionIds',
      'PutSecretValue',
      'RotateSecret',
      'UpdateSecretVersionStage',
    ].map((action) => [`secretsmanager.${action}`, onSecret(action)]),
  ),
};

const objectRequest = (
  bucket: string,
  key: string,
  { method, status, replaces }: RecordedCall,
): Permission[] => {
  const object = `${bucket}/${key}`;
  const get = on('s3:GetObject', object);
  if (method === 'PUT') return [on('s3:PutObject', object), ...(replaces ? [get] : [])];
  if (method !== 'GET' && method !== 'HEAD') return [];
  // Without permission to list the key, S3 answers 403 instead of 404, which the product does not expect.
  return [get, ...(status === 404 ? [on('s3:ListBucket', bucket, { 's3:prefix': key })] : [])];
};

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html */
const onBucket: Mapping = (call, nameOf) => {
  const [, name = '', key = ''] = /^\/([^/]+)\/?(.*)$/.exec(call.path) ?? [];
  const bucket = `arn:aws:s3:::${nameOf(name)}`;
  if (key !== '') return objectRequest(bucket, key, call);
  const isList = call.method === 'GET' && call.query['list-type'] === '2';
  return isList ? [on('s3:ListBucket', bucket, { 's3:prefix': call.query.prefix ?? '' })] : [];
};

const invoke: Mapping = ({ method, path }, nameOf) => {
  const [, name] = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(decodeURIComponent(path)) ?? [];
  if (name === undefined || method !== 'POST') return [];
  return [on('lambda:InvokeFunction', arn('lambda', `function:${nameOf(name)}`))];
};

/** Sessions of actions carry tags. */
const assumeRole: Mapping = ({ input }) => {
  const { Action, RoleArn } = z.object({ Action: z.string(), RoleArn: z.string() }).parse(input);
  return Action === 'AssumeRole' ? [on('sts:AssumeRole', RoleArn), on('sts:TagSession', RoleArn)] : [];
};

const publish: Mapping = ({ input }, nameOf) => {
  const { Action, TopicArn } = z.object({ Action: z.string(), TopicArn: z.string() }).parse(input);
  const topic = nameOf(TopicArn.split(':').at(-1) ?? '');
  return Action === 'Publish' ? [on('sns:Publish', arn('sns', topic))] : [];
};

const BY_PATH: Readonly<Record<string, Mapping>> = {
  ...{ lambda: invoke, s3: onBucket },
  ...{ sns: publish, sts: assumeRole },
};

/** @throws TypeError if the request is not known, so that no call passes unchecked */
export const permissionsFor = (call: RecordedCall, nameOf: NameOf): Permission[] => {
  const mapping = call.target === '' ? BY_PATH[call.service] : BY_TARGET[call.target];
  const permissions = mapping?.(call, nameOf) ?? [];
  if (permissions.length > 0) return permissions;
  throw new TypeError(
    `the permissions of ${call.service} ${call.target || `${call.method} ${call.path}`} are not known: extend test/iam/required-permissions.ts`,
  );
};
