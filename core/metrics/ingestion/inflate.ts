import { gunzipSync } from 'node:zlib';
import { IngestRejection } from './decoding/ingest-rejection.ts';
import type { IngestLimits } from './decoding/limits.ts';

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;

/**
 * Decompresses a gzip body and stops as soon as it exceeds the limit.
 * @throws IngestRejection if it is not gzip or too large
 */
export const inflate = (payload: Uint8Array, { maxUnzippedBytes }: IngestLimits): Uint8Array => {
  try {
    return gunzipSync(payload, { maxOutputLength: maxUnzippedBytes });
  } catch (cause) {
    if (codeOf(cause) === 'ERR_BUFFER_TOO_LARGE')
      throw new IngestRejection(
        'body-too-large',
        `the decompressed body has more than ${maxUnzippedBytes} bytes`,
        {
          cause,
        },
      );
    throw new IngestRejection(
      'malformed-body',
      'the body is not valid gzip, although content-encoding is gzip',
      {
        cause,
      },
    );
  }
};
