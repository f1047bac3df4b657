import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { GetBucketEncryptionCommand, GetBucketPolicyCommand } from '@aws-sdk/client-s3';
import { GetTopicAttributesCommand } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import type { StoreKind, StoreProtectionFact } from '../../../core/platform/doctor/ports.ts';
import { inParallel } from '../../../core/shared/in-parallel.ts';
import type { OperatorClients } from './clients.ts';
import { permitted, unlessGone } from './permitted.ts';
import { partOf, type StageResource, type StageStacks } from './stage-stacks.ts';

/** What a resource is protected with. */
type Protection = Pick<StoreProtectionFact, 'key' | 'isEncrypted' | 'refusesPlainHttp'>;
type Reader = (clients: OperatorClients, id: string) => Promise<Protection>;

const Policy = z.looseObject({
  Statement: z.array(
    z.looseObject({
      Effect: z.string(),
      Principal: z.unknown(),
      Condition: z.looseObject({ Bool: z.record(z.string(), z.unknown()).default({}) }).optional(),
    }),
  ),
});

/** True if a policy denies everybody what is not sent over TLS. */
const refusesPlainHttp = (policy: string | undefined): boolean =>
  policy !== undefined &&
  Policy.parse(JSON.parse(policy)).Statement.some(
    ({ Effect, Principal, Condition }) =>
      Effect === 'Deny' &&
      JSON.stringify(Principal).includes('"*"') &&
      String(Condition?.Bool['aws:SecureTransport']) === 'false',
  );

/** The answer, or undefined if S3 has no such setting of the bucket. */
const unlessMissing = async <Answer>(request: Promise<Answer>, code: string): Promise<Answer | undefined> => {
  try {
    return await request;
  } catch (error) {
    if (error instanceof Error && error.name === code) return undefined;
    throw error;
  }
};

const readBucket: Reader = async ({ objects }, Bucket) => {
  const encryption = await unlessMissing(
    permitted('s3:GetEncryptionConfiguration', () =>
      objects.send(new GetBucketEncryptionCommand({ Bucket })),
    ),
    'ServerSideEncryptionConfigurationNotFoundError',
  );
  const policy = await unlessMissing(
    permitted('s3:GetBucketPolicy', () => objects.send(new GetBucketPolicyCommand({ Bucket }))),
    'NoSuchBucketPolicy',
  );
  const [rule] = encryption?.ServerSideEncryptionConfiguration?.Rules ?? [];
  const by = rule?.ApplyServerSideEncryptionByDefault;
  return {
    key: by?.KMSMasterKeyID,
    isEncrypted: by?.SSEAlgorithm !== undefined,
    refusesPlainHttp: refusesPlainHttp(policy?.Policy),
  };
};

const readQueue: Reader = async ({ queues }, QueueUrl) => {
  const { Attributes = {} } = await permitted('sqs:GetQueueAttributes', () =>
    queues.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] })),
  );
  const { KmsMasterKeyId: key, SqsManagedSseEnabled, Policy } = Attributes;
  return {
    key,
    isEncrypted: key !== undefined || SqsManagedSseEnabled === 'true',
    refusesPlainHttp: refusesPlainHttp(Policy),
  };
};

const readTopic: Reader = async ({ topics }, TopicArn) => {
  const { Attributes = {} } = await permitted('sns:GetTopicAttributes', () =>
    topics.send(new GetTopicAttributesCommand({ TopicArn })),
  );
  const key = Attributes.KmsMasterKeyId || undefined;
  return { key, isEncrypted: key !== undefined, refusesPlainHttp: refusesPlainHttp(Attributes.Policy) };
};

/** DynamoDB encrypts every table, and CloudWatch every log group; neither has a policy of its own. */
const readTable: Reader = async ({ tables }, TableName) => {
  const { Table } = await permitted('dynamodb:DescribeTable', () =>
    tables.send(new DescribeTableCommand({ TableName })),
  );
  return { key: Table?.SSEDescription?.KMSMasterKeyArn, isEncrypted: true, refusesPlainHttp: undefined };
};

const readLogGroup: Reader = async ({ logs }, id) => {
  const { logGroups = [] } = await permitted('logs:DescribeLogGroups', () =>
    logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: id })),
  );
  const group = logGroups.find(({ logGroupName }) => logGroupName === id);
  return { key: group?.kmsKeyId, isEncrypted: true, refusesPlainHttp: undefined };
};

const STORES: Readonly<Record<string, { readonly kind: StoreKind; readonly read: Reader }>> = {
  'AWS::DynamoDB::GlobalTable': { kind: 'table', read: readTable },
  'AWS::Logs::LogGroup': { kind: 'log group', read: readLogGroup },
  'AWS::S3::Bucket': { kind: 'bucket', read: readBucket },
  'AWS::SNS::Topic': { kind: 'topic', read: readTopic },
  'AWS::SQS::Queue': { kind: 'queue', read: readQueue },
};

/** Services show a key as they were given it: its ARN or its id. */
const sameKey = (key: string | undefined, id: string | undefined): boolean =>
  key !== undefined && id !== undefined && (key === id || key.endsWith(`:key/${id}`));

const UNKNOWN: Protection = { key: undefined, isEncrypted: false, refusesPlainHttp: undefined };

/** How each resource that stores data is protected. */
export const readProtection = async (
  clients: OperatorClients,
  stage: StageStacks,
): Promise<readonly StoreProtectionFact[]> => {
  const [stageKey] = (await stage.ofType('AWS::KMS::Key')).map(({ physicalId }) => physicalId);
  const read = async (resource: StageResource): Promise<StoreProtectionFact[]> => {
    const store = STORES[resource.type];
    if (store === undefined) return [];
    const { physicalId: id } = resource;
    const protection = await unlessGone(store.read(clients, id));
    const known = { name: partOf(resource), id, kind: store.kind, stageKey };
    if (protection === undefined) return [{ ...known, ...UNKNOWN, isDeleted: true }];
    const key = sameKey(protection.key, stageKey) ? stageKey : protection.key;
    return [{ ...known, ...protection, key }];
  };
  return (await inParallel(3, await stage.resources(), read)).flat();
};
