/** Names one block: all metrics of a target within one hour (`hour` = whole hours since the epoch). */
export interface BlockKey {
  readonly tenantId: string;
  readonly targetId: string;
  readonly hour: number;
}

/** A block as stored; version 0 without bytes if it does not exist yet. */
export interface StoredBlock {
  readonly key: BlockKey;
  readonly bytes: Uint8Array | undefined;
  readonly version: number;
}
