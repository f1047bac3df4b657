import { Validations } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ConfigurationError } from '../../core/shared/errors.ts';
import { ContextTable, type TableProps } from '../platform/context-table.ts';
import type { ObservedFunction } from '../platform/observed-function.ts';

/** Hour blocks of points. All of them expire. Everything that is learned comes from them, and nothing can rebuild them. */
export class BlockTable extends Construct {
  readonly store: ContextTable;

  constructor(scope: Construct, id: string, { config }: TableProps) {
    super(scope, id);
    this.store = new ContextTable(this, 'Store', {
      config,
      variable: 'BLOCKS_TABLE_NAME',
      // Detectors see blocks as they change; Lambda reads the stream for free.
      isStreamed: true,
    });
  }

  /** Read the blocks of a target in a range of hours. */
  grantReadRange(reader: ObservedFunction): void {
    this.store.grant(reader, 'Query');
  }

  /** Get blocks by their keys. */
  grantGet(reader: ObservedFunction): void {
    this.store.grant(reader, 'BatchGetItem');
  }

  /** Read blocks and write them back, each if no other writer changed it in the meantime. */
  grantMerge(writer: ObservedFunction): void {
    this.store.grant(writer, 'BatchGetItem', 'PutItem');
  }

  /** Be invoked with changed blocks. Returns the ARN of the stream. */
  grantFollowChanges(follower: ObservedFunction): string {
    const stream = this.store.table.tableStreamArn;
    if (stream === undefined) throw new ConfigurationError('The table of blocks has no stream to follow.');
    const actions = ['DescribeStream', 'GetRecords', 'GetShardIterator'];
    follower.allow(
      actions.map((action) => `dynamodb:${action}`),
      [stream],
    );
    follower.allow(['dynamodb:ListStreams'], ['*']);
    Validations.of(follower).acknowledge({
      id: 'AwsSolutions::AwsSolutions-IAM5[Resource::*]',
      reason: 'Lambda requires ListStreams, which has no resource-level permissions; it returns only ARNs.',
    });
    return stream;
  }
}
