import { Construct } from 'constructs';
import { ContextTable, type TableProps } from './context-table.ts';
import type { ObservedFunction } from './observed-function.ts';

/** The number of points that each tenant sent in each minute. Everything expires within hours. */
export class RequestTable extends Construct {
  readonly store: ContextTable;

  constructor(scope: Construct, id: string, { config }: TableProps) {
    super(scope, id);
    this.store = new ContextTable(this, 'Store', {
      config,
      variable: 'REQUESTS_TABLE_NAME',
      unrecoverable: 'Quotas of past minutes expire within the hour, and their loss has no effect.',
    });
  }

  /** Take points from a tenant's quota of the minute. */
  grantMeter(writer: ObservedFunction): void {
    this.store.grant(writer, 'UpdateItem');
  }
}
