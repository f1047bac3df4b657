/** Where what forecast runs learned is kept from one run to the next. */

/** Bytes as kept, and the version to name when they are replaced. */
export interface KeptStates {
  readonly bytes: Uint8Array;
  readonly version: string;
}

export interface StateFiles {
  /** What the batch of this index kept last; undefined where nothing was kept yet. */
  read(tenantId: string, index: number): Promise<KeptStates | undefined>;
  /** Replaces what was kept if it is still `expected` (undefined: nothing); false where somebody else was faster. */
  replace(tenantId: string, index: number, bytes: Uint8Array, expected: string | undefined): Promise<boolean>;
}
