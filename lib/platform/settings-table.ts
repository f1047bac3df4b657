import { Construct } from 'constructs';
import { ContextTable, type TableProps } from './context-table.ts';
import type { ObservedFunction } from './observed-function.ts';

/** Settings of each tenant. */
export class SettingsTable extends Construct {
  readonly store: ContextTable;

  constructor(scope: Construct, id: string, { config }: TableProps) {
    super(scope, id);
    this.store = new ContextTable(this, 'Store', { config, variable: 'SETTINGS_TABLE_NAME' });
  }

  grantGet(reader: ObservedFunction): void {
    this.store.grant(reader, 'GetItem');
  }

  /** Replace settings unless another writer was first. */
  grantReplace(writer: ObservedFunction): void {
    this.store.grant(writer, 'GetItem', 'PutItem');
  }
}
