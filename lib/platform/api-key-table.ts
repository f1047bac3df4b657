import { Construct } from 'constructs';
import { ContextTable, type TableProps } from './context-table.ts';
import type { ObservedFunction } from './observed-function.ts';

/** API keys with the hashes of their texts, in a table of their own: only the functions that manage keys write there. */
export class ApiKeyTable extends Construct {
  readonly store: ContextTable;

  constructor(scope: Construct, id: string, { config }: TableProps) {
    super(scope, id);
    this.store = new ContextTable(this, 'Store', { config, variable: 'API_KEYS_TABLE_NAME' });
  }

  /** Look the key of a request up. */
  grantAuthenticate(reader: ObservedFunction): void {
    this.store.grant(reader, 'GetItem');
  }

  grantIssue(writer: ObservedFunction): void {
    this.store.grant(writer, 'PutItem');
  }

  /** List, create, rotate and revoke the keys of a tenant. */
  grantManage(writer: ObservedFunction): void {
    this.store.grant(writer, 'GetItem', 'PutItem', 'Query', 'UpdateItem');
  }
}
