import type { IngestPayload } from '../api-client/requests.ts';

/** One request's worth of a file. */
export interface IngestChunk {
  readonly file: string;
  readonly payload: IngestPayload;
  /** Number of points, if they can be counted without decoding. */
  readonly points: number | undefined;
  /** Converts a line number of the payload to that of the file. */
  readonly fileLine: (payloadLine: number) => number;
}

/** Names for a file of `timestamp,value` or `timestamp,series,value`. */
export interface IngestNames {
  readonly target?: string | undefined;
  readonly metric?: string | undefined;
}

/** Well below the API's limits of 200,000 points, 1,000 targets, 10,000 hours of targets, 50,000 series and 24 MB unpacked. */
export const CHUNK_LIMITS = { points: 50_000, targets: 500, hours: 5_000, characters: 8_000_000 } as const;
