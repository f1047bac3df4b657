import { Construct } from 'constructs';
import { ContextTable, type TableProps } from './context-table.ts';
import type { ObservedFunction } from './observed-function.ts';

/**
 * The units that each tenant drew from its quotas, the responses to its commands, the last use of each API key, and the
 * states of circuit breakers.
 */
export class RequestTable extends Construct {
  readonly store: ContextTable;

  constructor(scope: Construct, id: string, { config }: TableProps) {
    super(scope, id);
    this.store = new ContextTable(this, 'Store', {
      config,
      variable: 'REQUESTS_TABLE_NAME',
      unrecoverable:
        'Quotas expire an hour after their window and responses within a day. If they are lost, a repeated command executes again, API keys count as unused until their next use, and circuit breakers are closed.',
    });
  }

  /** Claim Idempotency-Keys, and store and return the responses to commands. */
  grantExecuteOnce(writer: ObservedFunction): void {
    this.store.grant(writer, 'GetItem', 'PutItem', 'DeleteItem');
  }

  /** Read what was drawn from a tenant's quotas. */
  grantReadQuotas(reader: ObservedFunction): void {
    this.store.grant(reader, 'Query');
  }

  /** Note the things for which units were drawn, so that each of them draws once. */
  grantNoteThings(writer: ObservedFunction): void {
    this.store.grant(writer, 'BatchGetItem');
  }

  /** Read when API keys were used. */
  grantReadKeyUses(reader: ObservedFunction): void {
    this.store.grant(reader, 'BatchGetItem');
  }

  /** Share the states of circuit breakers. */
  grantBreakers(user: ObservedFunction): void {
    this.store.grant(user, 'GetItem', 'PutItem');
  }

  /** List circuit breakers. */
  grantListBreakers(reader: ObservedFunction): void {
    this.store.grant(reader, 'Query');
  }

  /** Draw from a tenant's quotas, and record the use of its API keys. */
  grantMeter(writer: ObservedFunction): void {
    this.store.grant(writer, 'UpdateItem');
  }
}
