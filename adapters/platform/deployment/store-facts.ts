import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeContinuousBackupsCommand, DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import type { LogGroupFact, TableFact } from '../../../core/platform/doctor/ports.ts';
import { inParallel } from '../../../core/shared/in-parallel.ts';
import type { OperatorClients } from './clients.ts';
import { permitted } from './permitted.ts';
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

const readTable = async ({ tables }: OperatorClients, resource: StageResource): Promise<TableFact> => {
  const [declared] = Declared.parse(resource.properties).Replicas;
  const TableName = resource.physicalId;
  const [backups, description] = await Promise.all([
    permitted('dynamodb:DescribeContinuousBackups', () =>
      tables.send(new DescribeContinuousBackupsCommand({ TableName })),
    ),
    permitted('dynamodb:DescribeTable', () => tables.send(new DescribeTableCommand({ TableName }))),
  ]);
  const recovery = backups.ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
  return {
    name: partOf(resource),
    id: TableName,
    isRecoverable: recovery?.PointInTimeRecoveryStatus === 'ENABLED',
    shouldBeRecoverable: declared.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled,
    isProtected: description.Table?.DeletionProtectionEnabled ?? false,
    shouldBeProtected: declared.DeletionProtectionEnabled,
  };
};

/** The tables of the stage. DynamoDB allows ten requests for backups a second. */
export const readTables = async (
  clients: OperatorClients,
  stage: StageStacks,
): Promise<readonly TableFact[]> =>
  inParallel(2, await stage.ofType('AWS::DynamoDB::GlobalTable'), (table) => readTable(clients, table));

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
  };
};

/** The log groups of the stage. */
export const readLogGroups = async (
  clients: OperatorClients,
  stage: StageStacks,
): Promise<readonly LogGroupFact[]> =>
  inParallel(3, await stage.ofType('AWS::Logs::LogGroup'), (group) => readLogGroup(clients, group));
