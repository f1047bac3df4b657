import type { IngestFormat } from '../../../core/metrics/ingestion/formats/ingest-formats.ts';
import type { IngestPointer } from '../../../core/metrics/ingestion/ingest-pointer.ts';
import { rawKey } from '../../../core/metrics/object-keys.ts';
import { ProblemError } from '../../../core/platform/api/errors.ts';
import type { HttpRequest } from '../../runtime/http-request.ts';

const ENCODINGS = ['', 'identity', 'gzip', 'x-gzip'];

/** Gateway request ids are base64 (`JKJaXmPLvHcESHA=`): `/` would open a folder, and `+` and `=` need escaping. */
const keySafe = (requestId: string): string =>
  requestId
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/[^\w-]/g, '');

/** @throws ProblemError for an encoding that cannot be decoded, or a body that the gateway damaged */
const isGzip = ({ headers, isBase64Encoded }: HttpRequest): boolean => {
  const encoding = (headers['content-encoding'] ?? '').trim().toLowerCase();
  if (!ENCODINGS.includes(encoding)) {
    throw new ProblemError('unsupported-encoding', `content-encoding "${encoding}": expected gzip or none`);
  }
  const gzip = encoding.endsWith('gzip');
  if (!gzip || isBase64Encoded) return gzip;
  throw new ProblemError(
    'unsupported-encoding',
    `the gateway treated the gzip body as text because of its content-type "${headers['content-type'] ?? ''}": send application/gzip or application/octet-stream`,
  );
};

/** Content types that S3 and SQS accept. Others cannot be a type that we read. */
const CONTENT_TYPE = /^[\x20-\x7e]{0,200}$/;

/** @throws ProblemError for a content type that could not be stored with the body */
const contentTypeOf = ({ headers }: HttpRequest): string => {
  const contentType = headers['content-type'] ?? '';
  if (CONTENT_TYPE.test(contentType)) return contentType;
  throw new ProblemError(
    'unsupported-content-type',
    'the content-type is longer than 200 characters or not ASCII',
  );
};

export interface Received {
  readonly tenantId: string;
  readonly format: IngestFormat;
  readonly query: Readonly<Record<string, string | undefined>>;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
}

/** Everything that decoding the body of a request needs, with the key under which the body is kept. */
export const pointerTo = (
  request: HttpRequest,
  { tenantId, format, query, receivedAt }: Received,
): IngestPointer => {
  const gzip = isGzip(request);
  const requestId = keySafe(request.requestId);
  const key = rawKey(tenantId, receivedAt, requestId, gzip ? `${format}.gz` : format);
  const contentType = contentTypeOf(request);
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  return {
    tenantId,
    requestId,
    key,
    format,
    contentType,
    gzip,
    receivedAt,
    query: Object.fromEntries(given),
  };
};
