import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Item } from '../../../adapters/aws/dynamodb/table.ts';
import type { MemoryStorage } from './memory-storage.ts';

/** The time of all samples: 2026-11-21T10:05:00Z. */
export const NOW = 1_795_255_500;

/** A kind of stored JSON item or object, with a sample that its store writes and reads back. */
export interface StoredKind {
  /** The name in errors. */
  readonly kind: string;
  /** The version that this release writes. */
  readonly version: number;
  /** Matches the key (`<pk> <sk>`, or the name of the object) of this kind among all that `write` stores. */
  readonly key: RegExp;
  readonly write: (storage: MemoryStorage) => Promise<unknown>;
  readonly read: (storage: MemoryStorage) => Promise<unknown>;
  /** Equals what `read` returns. */
  readonly content: unknown;
  /** The difference of each older version that may be stored from the current one, and the expected result of `read`. */
  readonly older?: readonly {
    readonly version: number;
    readonly from: (current: Item) => Item;
    readonly content: unknown;
  }[];
}

/** A kind whose content is bytes of a codec, which carry their format. */
export interface BinaryKind {
  readonly kind: string;
  readonly write: (storage: MemoryStorage, bytes: Uint8Array) => Promise<unknown>;
  /** Reads and decodes. */
  readonly read: (storage: MemoryStorage) => Promise<unknown>;
  readonly sample: Uint8Array;
  readonly content: unknown;
  /** The same bytes, with the next format. */
  readonly newer: (bytes: Uint8Array) => Uint8Array;
}

/** Bytes whose first one is their format, with the next format. */
export const firstByteRaised = ([format = 0, ...rest]: Uint8Array): Uint8Array =>
  Uint8Array.of(format + 1, ...rest);

/** The same for bytes that are deflated as a whole. */
export const deflatedByteRaised = (bytes: Uint8Array): Uint8Array =>
  deflateRawSync(firstByteRaised(inflateRawSync(bytes)));
