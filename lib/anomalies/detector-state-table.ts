import { Construct } from 'constructs';
import { ContextTable, type TableProps } from '../platform/context-table.ts';
import type { ObservedFunction } from '../platform/observed-function.ts';

/** Detector state of each target. */
export class DetectorStateTable extends Construct {
  readonly store: ContextTable;

  constructor(scope: Construct, id: string, { config }: TableProps) {
    super(scope, id);
    this.store = new ContextTable(this, 'Store', {
      config,
      variable: 'DETECTOR_STATES_TABLE_NAME',
      unrecoverable:
        'Re-learned from hour blocks if lost; recovery would add 80 % to the price of its storage.',
    });
  }

  grantGet(reader: ObservedFunction): void {
    this.store.grant(reader, 'GetItem');
  }

  /** Replace a state unless another writer was first. */
  grantReplace(writer: ObservedFunction): void {
    this.store.grant(writer, 'GetItem', 'PutItem');
  }
}
