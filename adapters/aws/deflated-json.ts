/** Values of hundreds of kilobytes of repetitive JSON as small binary attributes. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** Any JSON value as deflated bytes. */
export const deflateJson = (value: unknown): Uint8Array => deflateRawSync(JSON.stringify(value));

/** The JSON value that `deflateJson` was given. */
export const inflateJson = (bytes: Uint8Array): unknown => JSON.parse(inflateRawSync(bytes).toString('utf8'));
