import type { DecodeContext } from '../decoding/decode-context.ts';
import type { Collected, SeriesCollector } from '../decoding/series-collector.ts';
import { decodeCsv } from './decode-csv.ts';
import { decodeJson } from './decode-json.ts';
import { decodeOtlp } from './decode-otlp.ts';
import type { IngestFormat } from './ingest-formats.ts';
import { encodeOtlpAcceptance } from './otlp-acceptance.ts';

/** An answer in the encoding of the request. */
export interface EncodedAnswer {
  readonly contentType: string;
  readonly body: Uint8Array;
}

export interface IngestDecoder {
  /** Reads an uncompressed body into the collector. @throws IngestRejection if the body as a whole is unusable */
  readonly decode: (body: Uint8Array, context: DecodeContext, into: SeriesCollector) => void;
  /** Answers an accepted request in the sender's own encoding; undefined (or absent) if the sender expects JSON. */
  readonly encodeAcceptance?: (contentType: string, collected: Collected) => EncodedAnswer | undefined;
}

/** The decoder of each format. */
export const DECODERS: Readonly<Record<IngestFormat, IngestDecoder>> = {
  json: { decode: decodeJson },
  csv: { decode: decodeCsv },
  otlp: { decode: decodeOtlp, encodeAcceptance: encodeOtlpAcceptance },
};
