import { describe, expect, it } from 'vitest';
import { logicalIdsOf, type RecordedCall, readCalls } from './recorded-call.ts';
import { permissionsFor } from './required-permissions.ts';

const logicalId = logicalIdsOf(
  JSON.stringify(
    [
      ['stage-Orders-1', 'Orders'],
      ['stage-Customers-2', 'Customers'],
      ['stage-files-3', 'Files'],
      ['http://localhost:4566/000000000000/stage-Work-4', 'Work'],
      ['arn:aws:states:us-east-1:000000000000:stateMachine:stage-Flow-5', 'Flow'],
      ['stage-Worker-6', 'Worker'],
      ['stageBus7', 'Bus'],
    ].map(([physicalId, id]) => ({ physicalId, logicalId: id })),
  ),
);

const call = (changes: Partial<RecordedCall>): RecordedCall => ({
  functionName: 'stage-Worker-6',
  service: 'dynamodb',
  target: '',
  method: 'POST',
  path: '/',
  query: {},
  input: {},
  replaces: false,
  status: 200,
  ...changes,
});

const required = (changes: Partial<RecordedCall>): string[] =>
  permissionsFor(call(changes), logicalId).map(
    ({ action, resource, context }) =>
      `${action} ${resource.replace(/^arn:aws:\w+:[^:]*:\d*:/, '')} ${JSON.stringify(context)}`,
  );

const dynamodb = (operation: string, input: unknown) =>
  required({ target: `DynamoDB_20120810.${operation}`, input });
const s3 = (method: string, path: string, more: Partial<RecordedCall> = {}) =>
  required({ service: 's3', method, path, ...more });

describe('DynamoDB requires', () => {
  it('the action on the table, or on the index that is queried', () => {
    expect(dynamodb('GetItem', { TableName: 'stage-Orders-1' })).toEqual([
      'dynamodb:GetItem table/Orders {}',
    ]);
    expect(dynamodb('Query', { TableName: 'stage-Orders-1', IndexName: 'byDay', Select: 'COUNT' })).toEqual([
      'dynamodb:Query table/Orders/index/byDay {"dynamodb:Select":"COUNT"}',
    ]);
  });

  it('a batch to be allowed on each table', () => {
    expect(dynamodb('BatchGetItem', { RequestItems: ['stage-Orders-1', 'stage-Customers-2'] })).toEqual([
      'dynamodb:BatchGetItem table/Orders {}',
      'dynamodb:BatchGetItem table/Customers {}',
    ]);
  });

  it('the actions of the items of a transaction', () => {
    const items = [
      { Put: { TableName: 'stage-Orders-1' } },
      { ConditionCheck: { TableName: 'stage-Customers-2' } },
      { Update: { TableName: 'stage-Orders-1' } },
      { Delete: { TableName: 'stage-Orders-1' } },
    ];
    expect(dynamodb('TransactWriteItems', { TransactItems: items })).toEqual([
      'dynamodb:PutItem table/Orders {}',
      'dynamodb:ConditionCheckItem table/Customers {}',
      'dynamodb:UpdateItem table/Orders {}',
      'dynamodb:DeleteItem table/Orders {}',
    ]);
  });
});

describe('S3 requires', () => {
  it('the action on the object', () => {
    expect(s3('GET', '/stage-files-3/in/one')).toEqual(['s3:GetObject Files/in/one {}']);
    expect(s3('HEAD', '/stage-files-3/in/one')).toEqual(['s3:GetObject Files/in/one {}']);
    expect(s3('PUT', '/stage-files-3/in/one')).toEqual(['s3:PutObject Files/in/one {}']);
  });

  it('permission to list a missing key, to answer that it is missing', () => {
    expect(s3('GET', '/stage-files-3/in/one', { status: 404 })).toEqual([
      's3:GetObject Files/in/one {}',
      's3:ListBucket Files {"s3:prefix":"in/one"}',
    ]);
  });

  it('permission to read what a conditional put replaces', () => {
    expect(s3('PUT', '/stage-files-3/in/one', { replaces: true })).toEqual([
      's3:PutObject Files/in/one {}',
      's3:GetObject Files/in/one {}',
    ]);
  });

  it('the prefix of a listing', () => {
    expect(s3('GET', '/stage-files-3/', { query: { 'list-type': '2', prefix: 'in/' } })).toEqual([
      's3:ListBucket Files {"s3:prefix":"in/"}',
    ]);
  });
});

describe('other services require', () => {
  it('the action on the queue, the state machine, the function and the bus', () => {
    const QueueUrl = 'http://localhost:4566/000000000000/stage-Work-4';
    expect(required({ target: 'AmazonSQS.SendMessage', input: { QueueUrl } })).toEqual([
      'sqs:SendMessage Work {}',
    ]);
    const stateMachineArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:stage-Flow-5';
    expect(required({ target: 'AWSStepFunctions.StartExecution', input: { stateMachineArn } })).toEqual([
      'states:StartExecution stateMachine:Flow {}',
    ]);
    const path = '/2015-03-31/functions/stage-Worker-6/invocations';
    expect(required({ service: 'lambda', path })).toEqual(['lambda:InvokeFunction function:Worker {}']);
    const Entries = [{ EventBusName: 'stageBus7', Source: 'shop', DetailType: 'Sold' }];
    expect(required({ target: 'AWSEvents.PutEvents', input: { Entries } })).toEqual([
      'events:PutEvents event-bus/Bus {"events:source":"shop","events:detail-type":"Sold"}',
    ]);
  });
});

describe('what is not known fails:', () => {
  it.each([
    { target: 'DynamoDB_20120810.Scan' },
    { target: 'AmazonSSM.GetParameter', service: 'ssm' },
    { service: 's3', method: 'DELETE', path: '/stage-files-3/in/one' },
    { service: 's3', method: 'GET', path: '/stage-files-3/', query: { versions: '' } },
    { service: 'lambda', method: 'GET', path: '/2015-03-31/functions/stage-Worker-6' },
    { service: 'kms', path: '/' },
  ])('the request %j', (changes) => {
    expect(() => required(changes)).toThrow('are not known: extend test/iam/required-permissions.ts');
  });

  it('a resource of no stack', () => {
    expect(() => dynamodb('GetItem', { TableName: 'elsewhere' })).toThrow('which no stack contains');
  });

  it('a record in another form', () => {
    expect(() => readCalls('{"functionName":"f"}\n')).toThrow();
  });
});
