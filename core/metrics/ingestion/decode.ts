import type { DecodeContext } from './decoding/decode-context.ts';
import { fitTargets, withoutTargets } from './decoding/fit-targets.ts';
import { IngestRejection } from './decoding/ingest-rejection.ts';
import { type Collected, SeriesCollector } from './decoding/series-collector.ts';
import { DECODERS, type EncodedAnswer } from './formats/decoders.ts';
import { INGEST_FORMATS, type IngestFormat } from './formats/ingest-formats.ts';
import { inflate } from './inflate.ts';

/** The content of a payload. Series keep the order in which they first appear; points are in order of time. */
export type Decoded = Collected;

export interface DecodeOptions extends DecodeContext {
  readonly format: IngestFormat;
  readonly gzip: boolean;
  /** Targets of which no point is accepted. */
  readonly refusedTargets?: readonly string[] | undefined;
}

const refuseTooLarge = (payload: Uint8Array, { limits }: Pick<DecodeContext, 'limits'>): void => {
  if (payload.length > limits.maxBytes)
    throw new IngestRejection(
      'body-too-large',
      `the body has ${payload.length} bytes; the limit is ${limits.maxBytes}`,
    );
};

const refuseUnusable = (decoded: Decoded, format: IngestFormat): void => {
  const { accepted, missing, rejected, unsupported } = decoded;
  const isEmpty = missing + rejected.count + unsupported === 0;
  if (accepted > 0 || (isEmpty && INGEST_FORMATS[format].allowsNoPoints)) return;
  const counts = `${missing} missing, ${rejected.count} rejected, ${unsupported} of unsupported kinds`;
  throw new IngestRejection('no-usable-points', `no usable point: ${counts}`, { errors: rejected.samples });
};

const read = (body: Uint8Array, options: DecodeOptions, collector: SeriesCollector): void => {
  try {
    DECODERS[options.format].decode(body, options, collector);
  } catch (cause) {
    // A call stack or an array that is too large: the budgets of the formats make it unlikely, not impossible.
    if (!(cause instanceof RangeError)) throw cause;
    throw new IngestRejection('invalid-content', 'the body is nested too deeply or holds too many values', {
      cause,
    });
  }
};

/**
 * Decodes a payload as it was received. The result depends on the arguments alone, so decoding the stored object
 * again gives the same series.
 * @throws IngestRejection if the payload as a whole cannot be accepted
 */
export const decode = (payload: Uint8Array, options: DecodeOptions): Decoded =>
  decodeBody(unpack(payload, options), options);

/**
 * The body of a payload, decompressed.
 * @throws IngestRejection if it is too large or not gzip
 */
export const unpack = (payload: Uint8Array, options: Pick<DecodeOptions, 'gzip' | 'limits'>): Uint8Array => {
  refuseTooLarge(payload, options);
  return options.gzip ? inflate(payload, options.limits) : payload;
};

/** As `decode`, for a body that was unpacked. */
export const decodeBody = (body: Uint8Array, options: DecodeOptions): Decoded => {
  const collector = new SeriesCollector(options);
  read(body, options, collector);
  const decoded = withoutTargets(fitTargets(collector.finish()), options.refusedTargets ?? []);
  refuseUnusable(decoded, options.format);
  return decoded;
};

/** The answer to an accepted payload in the sender's own encoding; undefined if the sender expects JSON. */
export const encodeAcceptance = (
  { format, contentType }: Pick<DecodeOptions, 'format' | 'contentType'>,
  decoded: Decoded,
): EncodedAnswer | undefined => DECODERS[format].encodeAcceptance?.(contentType, decoded);
