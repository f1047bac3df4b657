/** Stores of received payloads until they are merged into blocks. */
import type { IngestPointer } from './ingest-pointer.ts';

/** Payloads exactly as received, so that a better decoder can replay them. */
export interface RawStore {
  put(key: string, body: Uint8Array, contentType: string): Promise<void>;
  /** @throws InvalidInputError if the object does not exist */
  get(key: string): Promise<Uint8Array>;
}

export interface IngestQueue {
  send(pointer: IngestPointer): Promise<void>;
}
