import { AttributeType, ProjectionType } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { ContextTable, type TableProps } from './context-table.ts';
import type { ObservedFunction } from './observed-function.ts';

const BY_KEY = 'byKey';

/** Personal data, each record encrypted with a key of its own. */
export class VaultTable extends Construct {
  readonly store: ContextTable;

  constructor(scope: Construct, id: string, { config }: TableProps) {
    super(scope, id);
    this.store = new ContextTable(this, 'Store', {
      config,
      variable: 'VAULT_TABLE_NAME',
      indexes: [
        {
          indexName: BY_KEY,
          partitionKey: { name: 'keyId', type: AttributeType.STRING },
          sortKey: { name: 'sk', type: AttributeType.STRING },
          projectionType: ProjectionType.ALL,
        },
      ],
    });
  }

  /** Find the records that a version of the secret sealed. */
  grantFindSealed(reader: ObservedFunction): void {
    this.store.grantQueryIndex(reader, BY_KEY);
  }

  /** Replace the wrapped keys of records. */
  grantReencrypt(writer: ObservedFunction): void {
    this.grantFindSealed(writer);
    this.store.grant(writer, 'UpdateItem');
  }
}
