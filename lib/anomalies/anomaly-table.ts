import { Construct } from 'constructs';
import { ContextTable, type TableProps } from '../platform/context-table.ts';
import type { ObservedFunction } from '../platform/observed-function.ts';

/** Anomalies in order of time. */
export class AnomalyTable extends Construct {
  readonly store: ContextTable;

  constructor(scope: Construct, id: string, { config }: TableProps) {
    super(scope, id);
    this.store = new ContextTable(this, 'Store', { config, variable: 'ANOMALIES_TABLE_NAME' });
  }

  grantList(reader: ObservedFunction): void {
    this.store.grant(reader, 'Query');
  }

  /** Get the summary of a tenant's ingestion. */
  grantGet(reader: ObservedFunction): void {
    this.store.grant(reader, 'GetItem');
  }

  /** Record anomalies and their ends, find those already recorded, and mark them as announced; replace the summary of ingestion. */
  grantRecord(writer: ObservedFunction): void {
    this.store.grant(writer, 'GetItem', 'PutItem', 'UpdateItem');
  }
}
