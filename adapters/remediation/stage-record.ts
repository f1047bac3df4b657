/** What a deployed stage has recorded of a tenant's decisions, read with the credentials of an operator. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type {
  AnchorHistory,
  DecisionInputs,
  DecisionStore,
  DecisionTenants,
} from '../../core/remediation/ports.ts';
import type { SkipTelemetry } from '../../core/shared/stored-format.ts';
import { s3AnchorHistory } from './anchor-history.ts';
import { s3DecisionInputs } from './decision-inputs.ts';
import { dynamoDecisionStore } from './decision-store.ts';
import { dynamoDecisionTenants } from './decision-tenants.ts';

export interface StageRecordOptions {
  readonly tables: DynamoDBClient;
  readonly objects: S3Client;
  readonly tableName: string;
  readonly bucketName: string;
  readonly telemetry: SkipTelemetry;
}

export interface StageRecord {
  readonly tenants: DecisionTenants;
  readonly decisions: DecisionStore;
  readonly anchors: AnchorHistory;
  readonly inputs: Pick<DecisionInputs, 'get'>;
}

export const stageRecord = (options: StageRecordOptions): StageRecord => {
  const { tables, objects, tableName, bucketName, telemetry } = options;
  const table = { client: DynamoDBDocumentClient.from(tables), tableName, telemetry };
  const bucket = { client: objects, bucketName };
  return {
    tenants: dynamoDecisionTenants(table),
    decisions: dynamoDecisionStore(table),
    anchors: s3AnchorHistory(bucket),
    inputs: s3DecisionInputs(bucket),
  };
};
