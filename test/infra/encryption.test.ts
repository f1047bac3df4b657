import { describe, expect, it } from 'vitest';
import { selectStage } from '../../lib/config/select-stage.ts';
import { STAGES } from '../../lib/config/stage-config.ts';
import { addRulePacks } from '../../lib/synth/rule-packs.ts';
import { synthesise } from '../../lib/synth/synthesise.ts';
import { plainHttp, secretsInEnvironments, unencrypted } from './encryption-rules.ts';
import { type Resource, resourcesIn, stageOf, text } from './synthesised-stage.ts';

const ownKey = resourcesIn(synthesise({ ...selectStage('prod'), encryption: 'customer-key' }, addRulePacks));

describe.each(STAGES)('in stage %s', (stage) => {
  const resources = resourcesIn(stageOf(stage));

  it('everything at rest is encrypted', () => {
    expect(unencrypted(resources, 'aws-managed')).toEqual([]);
  });

  it('nothing is reachable without TLS', () => {
    expect(plainHttp(resources)).toEqual([]);
  });

  it('no function has a secret in its environment', () => {
    expect(secretsInEnvironments(resources)).toEqual([]);
  });

  it('no key is billed', () => {
    expect([...resources.values()].filter(({ Type }) => Type === 'AWS::KMS::Key')).toEqual([]);
  });
});

describe('with a customer key', () => {
  it('everything that stores data is encrypted with it, and the rule packs find nothing', () => {
    expect(unencrypted(ownKey, 'customer-key')).toEqual([]);
    expect(plainHttp(ownKey)).toEqual([]);
  });

  it('there is one key, which rotates, and stays with the data of production', () => {
    const keys = [...ownKey.values()].filter(({ Type }) => Type === 'AWS::KMS::Key');
    expect(keys).toMatchObject([{ DeletionPolicy: 'Retain', Properties: { EnableKeyRotation: true } }]);
  });

  it('queues request it once an hour, and buckets once for many objects', () => {
    expect(text([...ownKey])).toContain('"KmsDataKeyReusePeriodSeconds":3600');
    expect(text([...ownKey])).toContain('"BucketKeyEnabled":true');
  });
});

const planted = (id: string, Type: string, Properties: object): ReadonlyMap<string, Resource> =>
  new Map([[`pipeline/${id}`, { Type, Properties }]]);

describe('planted resources are found:', () => {
  it.each([
    ['AWS::S3::Bucket', {}],
    ['AWS::S3::Bucket', { BucketEncryption: { ServerSideEncryptionConfiguration: [] } }],
    ['AWS::S3::Bucket', { BucketEncryption: { ServerSideEncryptionConfiguration: [{}] } }],
    ['AWS::SQS::Queue', {}],
    ['AWS::SQS::Queue', { SqsManagedSseEnabled: false }],
    ['AWS::SNS::Topic', {}],
    ['AWS::SNS::Topic', { KmsMasterKeyId: 'alias/aws/sns' }],
    ['AWS::KMS::Key', {}],
    ['AWS::RDS::DBInstance', { StorageEncrypted: true }],
  ])('%s %j', (type, properties) => {
    expect(unencrypted(planted('Planted', type, properties), 'aws-managed')).toHaveLength(1);
  });

  it.each([
    ['AWS::DynamoDB::GlobalTable', { SSESpecification: { SSEEnabled: false }, Replicas: [{}] }],
    [
      'AWS::DynamoDB::GlobalTable',
      { SSESpecification: { SSEEnabled: true, SSEType: 'KMS' }, Replicas: [{}] },
    ],
    ['AWS::Logs::LogGroup', {}],
    ['AWS::Events::EventBus', { KmsKeyIdentifier: 'alias/other' }],
    ['AWS::SQS::Queue', { SqsManagedSseEnabled: true }],
    [
      'AWS::S3::Bucket',
      {
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
      },
    ],
    ['AWS::SecretsManager::Secret', {}],
  ])('without the customer key: %s %j', (type, properties) => {
    expect(unencrypted(planted('Planted', type, properties), 'customer-key')).toHaveLength(1);
  });

  it.each([
    [{ WEBHOOK_SECRET: 'x' }],
    [{ DB_PASSWORD: { Ref: 'Password' } }],
    [{ SIGNING: '{{resolve:secretsmanager:one}}' }],
    [{ SLACK_TOKEN: 'x' }],
  ])('an environment with %j', (Variables) => {
    const one = planted('Planted', 'AWS::Lambda::Function', { Environment: { Variables } });
    expect(secretsInEnvironments(one)).toHaveLength(1);
  });

  it.each(['AWS::S3::Bucket', 'AWS::SNS::Topic', 'AWS::SQS::Queue'])('%s that allows plain HTTP', (type) => {
    expect(plainHttp(planted('Planted', type, {}))).toEqual(['pipeline/Planted']);
    const allowing = { Effect: 'Allow', Action: 'sqs:*', Principal: '*' };
    const policy = { Queues: [{ Ref: 'Planted' }], PolicyDocument: { Statement: [allowing] } };
    const both = new Map([
      ...planted('Planted', 'AWS::SQS::Queue', {}),
      ...planted('Policy', 'AWS::SQS::QueuePolicy', policy),
    ]);
    expect(plainHttp(both)).toEqual(['pipeline/Planted']);
  });
});
