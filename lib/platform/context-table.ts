import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import {
  AttributeType,
  Billing,
  type GlobalSecondaryIndexPropsV2,
  StreamViewType,
  TableEncryptionV2,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import type { StageConfig } from '../config/stage-config.ts';
import type { ObservedFunction } from './observed-function.ts';

/** Properties of the construct of each table. */
export interface TableProps {
  readonly config: StageConfig;
}

export interface ContextTableProps extends TableProps {
  /** Environment variable in which functions get the name of the table; ends in `_TABLE_NAME`. */
  readonly variable: string;
  /** Why the table has no point-in-time recovery. If omitted, it can be restored to any second of the last 35 days. */
  readonly unrecoverable?: string;
  /** Streams the new image of each changed item. */
  readonly isStreamed?: boolean;
  readonly indexes?: readonly GlobalSecondaryIndexPropsV2[];
}

/** The API calls on items that a table allows. `Scan` is not among them. */
export type TableAction = 'BatchGetItem' | 'DeleteItem' | 'GetItem' | 'PutItem' | 'Query' | 'UpdateItem';

/**
 * A table of one context, on demand. All have the same keys, encryption, expiry and retention. A function that is
 * granted anything also gets the table's name in its environment.
 */
export class ContextTable extends Construct {
  readonly table: TableV2;
  readonly #variable: string;

  constructor(scope: Construct, id: string, props: ContextTableProps) {
    super(scope, id);
    this.#variable = props.variable;
    const { config, unrecoverable } = props;
    this.table = new TableV2(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billing: Billing.onDemand(),
      encryption: TableEncryptionV2.dynamoOwnedKey(),
      timeToLiveAttribute: 'expiresAt',
      pointInTimeRecoverySpecification:
        unrecoverable === undefined
          ? { pointInTimeRecoveryEnabled: true, recoveryPeriodInDays: 35 }
          : { pointInTimeRecoveryEnabled: false },
      deletionProtection: config.retainData,
      removalPolicy: config.retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      ...(props.isStreamed ? { dynamoStream: StreamViewType.NEW_IMAGE } : {}),
      ...(props.indexes ? { globalSecondaryIndexes: [...props.indexes] } : {}),
    });
    if (unrecoverable === undefined) return;
    Validations.of(this.table).acknowledge({ id: 'AwsSolutions::AwsSolutions-DDB3', reason: unrecoverable });
  }

  /** Allows the listed actions on items of the table. */
  grant(user: ObservedFunction, ...actions: readonly TableAction[]): void {
    this.#grantOn(this.table.tableArn, user, actions);
  }

  /** Allows queries of an index. */
  grantQueryIndex(reader: ObservedFunction, indexName: string): void {
    this.#grantOn(`${this.table.tableArn}/index/${indexName}`, reader, ['Query']);
  }

  #grantOn(arn: string, user: ObservedFunction, actions: readonly TableAction[]): void {
    user.fn.addEnvironment(this.#variable, this.table.tableName);
    user.allow(
      actions.map((action) => `dynamodb:${action}`),
      [arn],
    );
  }
}
