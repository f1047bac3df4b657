import { Construct } from 'constructs';
import { ContextTable, type TableProps } from '../platform/context-table.ts';
import type { ObservedFunction } from '../platform/observed-function.ts';

/** Versions of models, their line-ups, trainings and rollouts. */
export class ModelTable extends Construct {
  readonly store: ContextTable;

  constructor(scope: Construct, id: string, { config }: TableProps) {
    super(scope, id);
    this.store = new ContextTable(this, 'Store', { config, variable: 'MODELS_TABLE_NAME' });
  }

  /** Read a line-up, a version, a training or a rollout. */
  grantGet(reader: ObservedFunction): void {
    this.store.grant(reader, 'GetItem');
  }

  /** List the versions of a kind of model. */
  grantList(reader: ObservedFunction): void {
    this.store.grant(reader, 'Query');
  }

  /** Take a step of a training or a rollout: read, and write all that belongs together. */
  grantCommit(writer: ObservedFunction): void {
    this.store.grant(writer, 'GetItem', 'PutItem');
  }
}
