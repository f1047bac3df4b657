import type { IngestPayload } from '../api-client/api-client.ts';

/** One request's worth of a file. */
export interface IngestChunk {
  readonly file: string;
  readonly payload: IngestPayload;
  /** Points, where they can be counted without decoding. */
  readonly points: number | undefined;
  /** The line of the file that a line of the payload came from. */
  readonly fileLine: (payloadLine: number) => number;
}

/** How a file is read: names for a file of `timestamp,value` or `timestamp,series,value`. */
export interface IngestNames {
  readonly target?: string | undefined;
  readonly metric?: string | undefined;
}

/** Well under the API's limits of 200,000 points, 1,000 targets and 32 MB unpacked. */
export const CHUNK_LIMITS = { points: 50_000, targets: 500, characters: 8_000_000 } as const;
