import { Construct } from 'constructs';
import { ContextTable, type TableProps } from './context-table.ts';
import type { ObservedFunction } from './observed-function.ts';

/** Hashes of API keys. They have a table of their own, so that no function that writes anything else can create a key. */
export class ApiKeyTable extends Construct {
  readonly store: ContextTable;

  constructor(scope: Construct, id: string, { config }: TableProps) {
    super(scope, id);
    this.store = new ContextTable(this, 'Store', { config, variable: 'API_KEYS_TABLE_NAME' });
  }

  /** Find the tenant of a key. */
  grantAuthenticate(reader: ObservedFunction): void {
    this.store.grant(reader, 'GetItem');
  }

  grantIssue(writer: ObservedFunction): void {
    this.store.grant(writer, 'PutItem');
  }
}
