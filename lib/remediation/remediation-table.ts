import { Construct } from 'constructs';
import { ContextTable, type TableProps } from '../platform/context-table.ts';
import type { ObservedFunction } from '../platform/observed-function.ts';

/** Remediations, what decisions about them depend on, and the chain of decisions. No function may delete any of it. */
export class RemediationTable extends Construct {
  readonly store: ContextTable;

  constructor(scope: Construct, id: string, { config }: TableProps) {
    super(scope, id);
    this.store = new ContextTable(this, 'Store', { config, variable: 'REMEDIATIONS_TABLE_NAME' });
  }

  /** Get a remediation, a ledger, or what decisions depend on. */
  grantGet(reader: ObservedFunction): void {
    this.store.grant(reader, 'BatchGetItem', 'GetItem');
  }

  /** List remediations, or the decisions about one of them. */
  grantList(reader: ObservedFunction): void {
    this.store.grant(reader, 'BatchGetItem', 'Query');
  }

  /** Read the chain of decisions, and the list of tenants that have one. */
  grantReadChain(reader: ObservedFunction): void {
    this.store.grant(reader, 'GetItem', 'Query');
  }

  /** Read what the policy says, and record when alerts begin and end. */
  grantTrackAlerts(writer: ObservedFunction): void {
    this.store.grant(writer, 'BatchGetItem', 'GetItem', 'PutItem');
  }

  /** Read everything, and write the steps of remediations. */
  grantCommit(writer: ObservedFunction): void {
    this.store.grant(writer, 'BatchGetItem', 'GetItem', 'PutItem');
  }
}
