import { Construct } from 'constructs';
import { ContextTable, type TableProps } from '../platform/context-table.ts';
import type { ObservedFunction } from '../platform/observed-function.ts';

/** Changes by id and by time, and the outcomes of closed deployments. */
export class ChangeTable extends Construct {
  readonly store: ContextTable;

  constructor(scope: Construct, id: string, { config }: TableProps) {
    super(scope, id);
    this.store = new ContextTable(this, 'Store', { config, variable: 'CHANGES_TABLE_NAME' });
  }

  grantGet(reader: ObservedFunction): void {
    this.store.grant(reader, 'GetItem');
  }

  /** List changes, or the outcomes of closed deployments. */
  grantList(reader: ObservedFunction): void {
    this.store.grant(reader, 'Query');
  }

  /** Read a change, and write it with its list entry and its outcome. */
  grantWrite(writer: ObservedFunction): void {
    this.store.grant(writer, 'GetItem', 'PutItem');
  }
}
