import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetBucketEncryptionCommand, GetBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import { GetTopicAttributesCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeOperatorClients } from '../../../adapters/platform/deployment/clients.ts';
import { readProtection } from '../../../adapters/platform/deployment/encryption-facts.ts';
import type { StageStacks } from '../../../adapters/platform/deployment/stage-stacks.ts';
import { MissingPermissionError } from '../../../core/platform/doctor/ports.ts';

const logs = mockClient(CloudWatchLogsClient);
const tables = mockClient(DynamoDBClient);
const objects = mockClient(S3Client);
const topics = mockClient(SNSClient);
const queues = mockClient(SQSClient);

const TYPES = {
  table: 'AWS::DynamoDB::GlobalTable',
  'log group': 'AWS::Logs::LogGroup',
  bucket: 'AWS::S3::Bucket',
  topic: 'AWS::SNS::Topic',
  queue: 'AWS::SQS::Queue',
  key: 'AWS::KMS::Key',
  role: 'AWS::IAM::Role',
};

/** A stage with one resource of each kind. */
const stageWith = (...kinds: readonly (keyof typeof TYPES)[]): StageStacks => {
  const all = kinds.map((kind) => ({
    path: `Data/${kind}`,
    logicalId: kind,
    type: TYPES[kind],
    physicalId: `${kind}-1`,
    properties: {},
  }));
  return {
    status: async () => [],
    templates: async () => [],
    resources: async () => all,
    ofType: async (type) => all.filter((one) => one.type === type),
    output: async () => '',
  };
};

const read = (...kinds: readonly (keyof typeof TYPES)[]) =>
  readProtection(makeOperatorClients({ region: 'us-east-1' }), stageWith(...kinds));
const failure = (name: string) => Object.assign(new Error(name), { name });

const KEY = 'arn:aws:kms:us-east-1:123456789012:key/key-1';
const policy = (changes: object = {}) =>
  JSON.stringify({
    Statement: [
      {
        Effect: 'Deny',
        Principal: { AWS: '*' },
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        ...changes,
      },
    ],
  });

beforeEach(() => {
  for (const mock of [logs, tables, objects, topics, queues]) mock.reset();
});

describe('a bucket', () => {
  it('is encrypted by its rule and refuses plain HTTP by its policy', async () => {
    objects.on(GetBucketEncryptionCommand, { Bucket: 'bucket-1' }).resolves({
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: KEY } }],
      },
    });
    objects.on(GetBucketPolicyCommand).resolves({ Policy: policy() });
    expect(await read('bucket', 'key', 'role')).toEqual([
      {
        name: 'Data/bucket',
        id: 'bucket-1',
        kind: 'bucket',
        key: 'key-1',
        stageKey: 'key-1',
        isEncrypted: true,
        refusesPlainHttp: true,
      },
    ]);
  });

  it('without rule and policy', async () => {
    objects.on(GetBucketEncryptionCommand).rejects(failure('ServerSideEncryptionConfigurationNotFoundError'));
    objects.on(GetBucketPolicyCommand).rejects(failure('NoSuchBucketPolicy'));
    expect(await read('bucket')).toMatchObject([{ isEncrypted: false, refusesPlainHttp: false }]);
  });

  it('that the caller may not read', async () => {
    objects.on(GetBucketEncryptionCommand).rejects(failure('AccessDenied'));
    await expect(read('bucket')).rejects.toThrow(new MissingPermissionError('s3:GetEncryptionConfiguration'));
  });
});

describe('a queue', () => {
  it.each([
    [{ SqsManagedSseEnabled: 'true' }, { isEncrypted: true, key: undefined }],
    [{ SqsManagedSseEnabled: 'false' }, { isEncrypted: false, key: undefined }],
    [
      { KmsMasterKeyId: 'key-1', SqsManagedSseEnabled: 'false' },
      { isEncrypted: true, key: 'key-1' },
    ],
    [{ KmsMasterKeyId: 'alias/other' }, { isEncrypted: true, key: 'alias/other' }],
  ])('with %j', async (Attributes, expected) => {
    queues.on(GetQueueAttributesCommand).resolves({ Attributes });
    expect(await read('queue', 'key')).toMatchObject([expected]);
  });

  it.each([
    [undefined, false],
    [policy(), true],
    [policy({ Principal: '*', Condition: { Bool: { 'aws:SecureTransport': false } } }), true],
    [policy({ Effect: 'Allow' }), false],
    [policy({ Principal: { AWS: 'arn:aws:iam::1:root' } }), false],
    [policy({ Condition: { Bool: { 'aws:SecureTransport': 'true' } } }), false],
    [policy({ Condition: undefined }), false],
    [policy({ Condition: { NumericLessThan: { 's3:TlsVersion': 1.2 } } }), false],
  ])('with the policy %s', async (Policy, refusesPlainHttp) => {
    queues.on(GetQueueAttributesCommand).resolves({ Attributes: Policy === undefined ? {} : { Policy } });
    expect(await read('queue')).toMatchObject([{ refusesPlainHttp }]);
  });
});

it('a topic is encrypted only with a key', async () => {
  topics.on(GetTopicAttributesCommand).resolves({ Attributes: { KmsMasterKeyId: '', Policy: policy() } });
  expect(await read('topic')).toMatchObject([{ isEncrypted: false, key: undefined, refusesPlainHttp: true }]);
  topics.on(GetTopicAttributesCommand).resolves({ Attributes: { KmsMasterKeyId: KEY } });
  expect(await read('topic', 'key')).toMatchObject([{ isEncrypted: true, key: 'key-1' }]);
});

it('tables and log groups are always encrypted, and have no policy', async () => {
  tables.on(DescribeTableCommand).resolves({ Table: { SSEDescription: { KMSMasterKeyArn: KEY } } });
  logs.on(DescribeLogGroupsCommand).resolves({
    logGroups: [{ logGroupName: 'log group-10', kmsKeyId: KEY }, { logGroupName: 'log group-1' }],
  });
  expect(await read('table', 'log group', 'key')).toMatchObject([
    { kind: 'table', key: 'key-1', isEncrypted: true, refusesPlainHttp: undefined },
    { kind: 'log group', key: undefined, isEncrypted: true, refusesPlainHttp: undefined },
  ]);
});

describe('a deleted resource', () => {
  it('is a fact and no failure', async () => {
    queues.on(GetQueueAttributesCommand).rejects(failure('QueueDoesNotExist'));
    topics.on(GetTopicAttributesCommand).rejects(failure('NotFoundException'));
    tables.on(DescribeTableCommand).rejects(failure('ResourceNotFoundException'));
    objects.on(GetBucketEncryptionCommand).rejects(failure('NoSuchBucket'));
    const found = await read('queue', 'topic', 'table', 'bucket');
    expect(found.map(({ kind, isDeleted }) => [kind, isDeleted])).toEqual([
      ['queue', true],
      ['topic', true],
      ['table', true],
      ['bucket', true],
    ]);
  });
});
