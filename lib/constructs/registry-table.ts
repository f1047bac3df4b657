import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Billing, ProjectionType, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import type { StageConfig } from '../config/stage-config.ts';
import type { ObservedFunction } from './observed-function.ts';

export interface RegistryTableProps {
  readonly config: StageConfig;
}

const BY_RISK = 'byRisk';

/** Tenants, targets, runs, predicted breaches, API key hashes and quotas: small, and not to be had from elsewhere. */
export class RegistryTable extends Construct {
  readonly table: TableV2;

  constructor(scope: Construct, id: string, props: RegistryTableProps) {
    super(scope, id);
    this.table = new TableV2(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billing: Billing.onDemand(),
      encryption: TableEncryptionV2.dynamoOwnedKey(),
      timeToLiveAttribute: 'expiresAt',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true, recoveryPeriodInDays: 35 },
      deletionProtection: props.config.retainData,
      removalPolicy: props.config.retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      globalSecondaryIndexes: [
        {
          indexName: BY_RISK,
          partitionKey: { name: 'riskPk', type: AttributeType.STRING },
          sortKey: { name: 'risk', type: AttributeType.NUMBER },
          projectionType: ProjectionType.ALL,
        },
      ],
    });
  }

  /** Find the tenant behind a key. */
  grantAuthenticate(reader: ObservedFunction): void {
    reader.allow(['dynamodb:GetItem'], [this.table.tableArn]);
  }

  /** Take points from a tenant's quota of the minute. */
  grantMeter(writer: ObservedFunction): void {
    writer.allow(['dynamodb:UpdateItem'], [this.table.tableArn]);
  }

  grantIssueKeys(writer: ObservedFunction): void {
    writer.allow(['dynamodb:PutItem'], [this.table.tableArn]);
  }

  /** Merge what a batch of points tells about its targets. */
  grantRecordTargets(writer: ObservedFunction): void {
    writer.allow(['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'], [this.table.tableArn]);
  }

  /** List tenants, targets or runs, or get one of them. */
  grantRead(reader: ObservedFunction): void {
    reader.allow(['dynamodb:GetItem', 'dynamodb:Query'], [this.table.tableArn]);
  }

  grantListByRisk(reader: ObservedFunction): void {
    reader.allow(['dynamodb:Query'], [`${this.table.tableArn}/index/${BY_RISK}`]);
  }

  grantRecordRuns(writer: ObservedFunction): void {
    writer.allow(['dynamodb:PutItem', 'dynamodb:UpdateItem'], [this.table.tableArn]);
  }

  /** Make a target's stored breaches exactly those of the newest run. */
  grantReplaceBreaches(writer: ObservedFunction): void {
    writer.allow(['dynamodb:Query', 'dynamodb:BatchWriteItem'], [this.table.tableArn]);
  }
}
