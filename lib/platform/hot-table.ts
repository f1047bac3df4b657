import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AttributeType, Billing, StreamViewType, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { ConfigurationError } from '../../core/shared/errors.ts';
import type { StageConfig } from '../config/stage-config.ts';
import type { ObservedFunction } from './observed-function.ts';

export interface HotTableProps {
  readonly config: StageConfig;
}

/** Hour blocks of points, and for each target the newest forecast and what its detectors have learned. Everything expires, and raw payloads can rebuild it. */
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
      // Blocks are taken from it as they change; Lambda's reading of it is free.
      dynamoStream: StreamViewType.NEW_IMAGE,
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

  /** Get blocks by their keys. */
  grantGetBlocks(reader: ObservedFunction): void {
    reader.allow(['dynamodb:BatchGetItem'], [this.table.tableArn]);
  }

  /** Get what the detectors of a target have learned. */
  grantGetDetectors(reader: ObservedFunction): void {
    reader.allow(['dynamodb:GetItem'], [this.table.tableArn]);
  }

  /** Store what the detectors of a target have learned. */
  grantReplaceDetectors(writer: ObservedFunction): void {
    writer.allow(['dynamodb:PutItem'], [this.table.tableArn]);
  }

  /** Be invoked with what changes; returns the stream. */
  grantFollowChanges(follower: ObservedFunction): string {
    const stream = this.table.tableStreamArn;
    if (stream === undefined) throw new ConfigurationError('The hot table has no stream to follow.');
    const actions = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'];
    follower.allow(
      actions.map((action) => `dynamodb:${action}`),
      [stream],
    );
    return stream;
  }

  /** Replace a target's forecasts by those of a newer run. */
  grantReplaceForecasts(writer: ObservedFunction): void {
    writer.allow(['dynamodb:PutItem'], [this.table.tableArn]);
  }
}
