import { Construct } from 'constructs';
import { ContextTable, type TableProps } from '../platform/context-table.ts';
import type { ObservedFunction } from '../platform/observed-function.ts';

/** Incidents, the list of open ones, their causes, lessons of past incidents, and the dependency graph. */
export class IncidentTable extends Construct {
  readonly store: ContextTable;

  constructor(scope: Construct, id: string, { config }: TableProps) {
    super(scope, id);
    this.store = new ContextTable(this, 'Store', { config, variable: 'INCIDENTS_TABLE_NAME' });
  }

  /** Get an incident, its causes, or the graph. */
  grantGet(reader: ObservedFunction): void {
    this.store.grant(reader, 'GetItem');
  }

  /** Get the open incidents and the graph. */
  grantGetOpen(reader: ObservedFunction): void {
    this.store.grant(reader, 'GetItem', 'BatchGetItem');
  }

  /** List incidents, or the lessons of past ones. */
  grantList(reader: ObservedFunction): void {
    this.store.grant(reader, 'Query');
  }

  /** Read the open incidents and the graph, write incidents together or the graph, and clear published events. */
  grantWrite(writer: ObservedFunction): void {
    this.store.grant(writer, 'GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem');
  }

  /** Store the causes of an incident and its lesson. */
  grantStoreCauses(writer: ObservedFunction): void {
    this.store.grant(writer, 'PutItem');
  }
}
