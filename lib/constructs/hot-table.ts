import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AttributeType, Billing, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import type { StageConfig } from '../config/stage-config.ts';
import type { ObservedFunction } from './observed-function.ts';

export interface HotTableProps {
  readonly config: StageConfig;
}

/** Hour blocks of points and the newest forecast of each target. Everything expires, and raw payloads can rebuild it. */
export class HotTable extends Construct {
  readonly table: TableV2;

  constructor(scope: Construct, id: string, props: HotTableProps) {
    super(scope, id);
    this.table = new TableV2(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billing: Billing.onDemand(),
      encryption: TableEncryptionV2.dynamoOwnedKey(),
      timeToLiveAttribute: 'expiresAt',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: false },
      deletionProtection: props.config.retainData,
      removalPolicy: props.config.retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    Validations.of(this.table).acknowledge({
      id: 'AwsSolutions::AwsSolutions-DDB3',
      reason: 'Rebuilt from the raw bucket by replay; recovery would add 80 % to the price of its storage.',
    });
  }

  /** Read a target's blocks and forecasts: both are ranges of its sort keys. */
  grantRead(reader: ObservedFunction): void {
    reader.allow(['dynamodb:Query'], [this.table.tableArn]);
  }

  /** Read blocks and write them back, each under the condition that nobody else wrote it meanwhile. */
  grantMergeBlocks(writer: ObservedFunction): void {
    writer.allow(['dynamodb:BatchGetItem', 'dynamodb:PutItem'], [this.table.tableArn]);
  }

  /** Replace a target's forecasts by those of a newer run. */
  grantReplaceForecasts(writer: ObservedFunction): void {
    writer.allow(['dynamodb:PutItem'], [this.table.tableArn]);
  }
}
