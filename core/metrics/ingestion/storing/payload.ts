/** Loads and decodes the stored payload that a queue message points at. */

import { InvalidInputError } from '../../../shared/errors.ts';
import { type Decoded, decode } from '../decode.ts';
import type { IngestLimits } from '../decoding/limits.ts';
import type { IngestPointer } from '../ingest-pointer.ts';
import { parsePointer } from '../ingest-pointer.ts';
import type { RawStore } from '../ports.ts';

export interface QueuedMessage {
  readonly id: string;
  readonly body: string;
  /** The trace that it belongs to. */
  readonly trace?: string | undefined;
}

export interface Payload {
  readonly message: QueuedMessage;
  readonly pointer: IngestPointer;
  readonly decoded: Decoded;
}

/** A message that can never be stored, with everything known about it. */
export interface UnusableMessage {
  readonly message: QueuedMessage;
  readonly pointer: IngestPointer | undefined;
  readonly bytes: Uint8Array | undefined;
  readonly error: InvalidInputError;
}

export interface LoadOptions {
  readonly raw: RawStore;
  readonly retentionDays: number;
  readonly limits: IngestLimits;
}

const decodeStored = (bytes: Uint8Array, pointer: IngestPointer, options: LoadOptions): Decoded =>
  decode(bytes, { ...pointer, retentionDays: options.retentionDays, limits: options.limits });

/** Fetches and decodes a payload. Invalid input is returned as UnusableMessage; other errors are thrown. */
export const loadPayload = async (
  message: QueuedMessage,
  options: LoadOptions,
): Promise<Payload | UnusableMessage> => {
  let pointer: IngestPointer | undefined;
  let bytes: Uint8Array | undefined;
  try {
    pointer = parsePointer(message.body);
    bytes = await options.raw.get(pointer.key);
    return { message, pointer, decoded: decodeStored(bytes, pointer, options) };
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return { message, pointer, bytes, error };
  }
};
