import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { GetBucketLifecycleConfigurationCommand } from '@aws-sdk/client-s3';
import * as z from 'zod';
import type { BucketFact, LogGroupFact, TableFact } from '../../../core/platform/doctor/ports.ts';
import { inParallel } from '../../../core/shared/in-parallel.ts';
import type { OperatorClients } from './clients.ts';
import { permitted, unlessGone } from './permitted.ts';
import { partOf, type StageResource, type StageStacks } from './stage-stacks.ts';

const Declared = z.object({
  Replicas: z.tuple([
    z.object({
      DeletionProtectionEnabled: z.boolean().default(false),
      PointInTimeRecoverySpecification: z
        .object({ PointInTimeRecoveryEnabled: z.boolean() })
        .default({ PointInTimeRecoveryEnabled: false }),
    }),
  ]),
});

const Expiry = z.object({ TimeToLiveSpecification: z.object({ AttributeName: z.string() }).optional() });
const ON: ReadonlySet<string | undefined> = new Set(['ENABLED', 'ENABLING']);

const readTable = async ({ tables }: OperatorClients, resource: StageResource): Promise<TableFact> => {
  const [declared] = Declared.parse(resource.properties).Replicas;
  const TableName = resource.physicalId;
  const expiresBy = Expiry.parse(resource.properties).TimeToLiveSpecification?.AttributeName;
  const [backups, description, expiry] = await Promise.all([
    unlessGone(
      permitted('dynamodb:DescribeContinuousBackups', () =>
        tables.send(new DescribeContinuousBackupsCommand({ TableName })),
      ),
    ),
    unlessGone(
      permitted('dynamodb:DescribeTable', () => tables.send(new DescribeTableCommand({ TableName }))),
    ),
    unlessGone(
      permitted('dynamodb:DescribeTimeToLive', () =>
        tables.send(new DescribeTimeToLiveCommand({ TableName })),
      ),
    ),
  ]);
  const recovery = backups?.ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
  return {
    name: partOf(resource),
    id: TableName,
    isRecoverable: recovery?.PointInTimeRecoveryStatus === 'ENABLED',
    shouldBeRecoverable: declared.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled,
    isProtected: description?.Table?.DeletionProtectionEnabled ?? false,
    shouldBeProtected: declared.DeletionProtectionEnabled,
    isExpiring: ON.has(expiry?.TimeToLiveDescription?.TimeToLiveStatus),
    expiresBy,
    ...(description === undefined && { isDeleted: true }),
  };
};

/** The tables of the stage. DynamoDB allows ten requests for backups a second. */
export const readTables = async (
  clients: OperatorClients,
  stage: StageStacks,
): Promise<readonly TableFact[]> =>
  inParallel(2, await stage.ofType('AWS::DynamoDB::GlobalTable'), (table) => readTable(clients, table));

const Rules = z.object({
  LifecycleConfiguration: z.object({ Rules: z.array(z.object({ Status: z.string() })) }).optional(),
});

const isOn = ({ Status }: { readonly Status?: string | undefined }): boolean => Status === 'Enabled';

/** Undefined if the bucket was deleted. */
const rulesOf = async ({ objects }: OperatorClients, Bucket: string): Promise<number | undefined> => {
  try {
    const answer = await unlessGone(
      permitted('s3:GetLifecycleConfiguration', () =>
        objects.send(new GetBucketLifecycleConfigurationCommand({ Bucket })),
      ),
    );
    return answer === undefined ? undefined : (answer.Rules ?? []).filter(isOn).length;
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchLifecycleConfiguration') return 0;
    throw error;
  }
};

/** The buckets of the stage. */
export const readBuckets = async (
  clients: OperatorClients,
  stage: StageStacks,
): Promise<readonly BucketFact[]> =>
  inParallel(2, await stage.ofType('AWS::S3::Bucket'), async (bucket) => {
    const rules = await rulesOf(clients, bucket.physicalId);
    return {
      name: partOf(bucket),
      id: bucket.physicalId,
      rules: rules ?? 0,
      expectedRules: Rules.parse(bucket.properties).LifecycleConfiguration?.Rules.filter(isOn).length ?? 0,
      ...(rules === undefined && { isDeleted: true }),
    };
  });

const Retention = z.object({ RetentionInDays: z.number() });

const readLogGroup = async (
  { logs }: OperatorClients,
  { physicalId, properties }: StageResource,
): Promise<LogGroupFact> => {
  const { logGroups = [] } = await permitted('logs:DescribeLogGroups', () =>
    logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: physicalId })),
  );
  const group = logGroups.find(({ logGroupName }) => logGroupName === physicalId);
  return {
    id: physicalId,
    days: group?.retentionInDays,
    expectedDays: Retention.parse(properties).RetentionInDays,
    ...(group === undefined && { isDeleted: true }),
  };
};

/** The log groups of the stage. */
export const readLogGroups = async (
  clients: OperatorClients,
  stage: StageStacks,
): Promise<readonly LogGroupFact[]> =>
  inParallel(3, await stage.ofType('AWS::Logs::LogGroup'), (group) => readLogGroup(clients, group));
