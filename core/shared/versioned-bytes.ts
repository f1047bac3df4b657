/** A stored object, and the version to name when it is replaced. */
export interface VersionedBytes {
  readonly bytes: Uint8Array;
  readonly version: string;
}
