import { Construct } from 'constructs';
import { ContextTable, type TableProps } from '../platform/context-table.ts';
import type { ObservedFunction } from '../platform/observed-function.ts';

/** Targets, and the list of tenants that have any. */
export class TargetTable extends Construct {
  readonly store: ContextTable;

  constructor(scope: Construct, id: string, { config }: TableProps) {
    super(scope, id);
    this.store = new ContextTable(this, 'Store', { config, variable: 'TARGETS_TABLE_NAME' });
  }

  grantGet(reader: ObservedFunction): void {
    this.store.grant(reader, 'GetItem');
  }

  /** List or count a tenant's targets, or list the tenants. */
  grantList(reader: ObservedFunction): void {
    this.store.grant(reader, 'Query');
  }

  /** Find out which of a request's targets are stored. */
  grantFind(reader: ObservedFunction): void {
    this.store.grant(reader, 'BatchGetItem');
  }

  /** Merge sightings into targets, and list their tenant. */
  grantRecord(writer: ObservedFunction): void {
    this.store.grant(writer, 'BatchGetItem', 'PutItem');
  }
}
