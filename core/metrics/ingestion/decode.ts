import type { IngestFormat } from '../ports.ts';
import { decodeCsv } from './decode-csv.ts';
import { decodeJson } from './decode-json.ts';
import type { DecodeOptions } from './decode-options.ts';
import { decodeOtlp } from './decode-otlp.ts';
import { inflate } from './inflate.ts';
import { IngestRejection } from './ingest-rejection.ts';
import { type Collected, SeriesCollector } from './series-collector.ts';

/** What a payload holds. Series keep the order in which they first appear; points are in order of time. */
export type Decoded = Collected;

type Decoder = (body: Uint8Array, options: DecodeOptions, into: SeriesCollector) => void;

const DECODERS: Readonly<Record<IngestFormat, Decoder>> = {
  json: decodeJson,
  csv: decodeCsv,
  otlp: decodeOtlp,
};

const refuseTooLarge = (payload: Uint8Array, { limits }: DecodeOptions): void => {
  if (payload.length > limits.maxBytes)
    throw new IngestRejection(
      'body-too-large',
      `the body has ${payload.length} bytes; at most ${limits.maxBytes} are taken`,
    );
};

/** An OTLP exporter may have nothing to say; a file without a usable point is a mistake worth telling. */
const refuseUnusable = (decoded: Decoded, format: IngestFormat): void => {
  const { accepted, missing, rejected, unsupported } = decoded;
  if (accepted > 0 || (format === 'otlp' && missing + rejected.count + unsupported === 0)) return;
  const counts = `${missing} missing, ${rejected.count} rejected, ${unsupported} of unsupported kinds`;
  throw new IngestRejection('no-usable-points', `no usable point: ${counts}`, { errors: rejected.samples });
};

/**
 * Decodes a payload as it was received. Depends on its arguments alone, so that decoding the stored object again
 * gives the same series.
 * @throws IngestRejection when the payload as a whole cannot be taken
 */
export const decode = (payload: Uint8Array, options: DecodeOptions): Decoded => {
  refuseTooLarge(payload, options);
  const body = options.gzip ? inflate(payload, options.limits) : payload;
  const collector = new SeriesCollector(options);
  DECODERS[options.format](body, options, collector);
  const decoded = collector.finish();
  refuseUnusable(decoded, options.format);
  return decoded;
};
