import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { type Decoded, encodeAcceptance } from '../../../core/metrics/ingestion/decode.ts';
import type {
  IngestRejection,
  RejectionCode,
} from '../../../core/metrics/ingestion/decoding/ingest-rejection.ts';
import type { IngestPointer } from '../../../core/metrics/ingestion/ingest-pointer.ts';
import { problem } from '../../runtime/problem.ts';

const STATUS: Readonly<Record<RejectionCode, number>> = {
  'malformed-body': 400,
  'tenant-mismatch': 403,
  'body-too-large': 413,
  'unsupported-content-type': 415,
  'invalid-content': 422,
  'no-usable-points': 422,
};

/** A refused request as a problem answer. */
export const refusal = (rejection: IngestRejection): APIGatewayProxyStructuredResultV2 =>
  problem(STATUS[rejection.code], rejection.code, rejection.message, { errors: rejection.errors });

const targetsIn = ({ series }: Decoded): number => new Set(series.map(({ targetId }) => targetId)).size;

const jsonAnswer = (requestId: string, decoded: Decoded): APIGatewayProxyStructuredResultV2 => ({
  statusCode: 202,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    requestId,
    accepted: decoded.accepted,
    duplicates: decoded.duplicates,
    missing: decoded.missing,
    rejected: decoded.rejected.count,
    unsupported: decoded.unsupported,
    errors: decoded.rejected.samples,
    series: decoded.series.length,
    targets: targetsIn(decoded),
  }),
});

/** The accepted counts, in the sender's own encoding if its format has one, else as JSON. */
export const acceptance = (pointer: IngestPointer, decoded: Decoded): APIGatewayProxyStructuredResultV2 => {
  const encoded = encodeAcceptance(pointer, decoded);
  if (encoded === undefined) return jsonAnswer(pointer.requestId, decoded);
  return {
    statusCode: 202,
    headers: { 'content-type': encoded.contentType },
    body: Buffer.from(encoded.body).toString('base64'),
    isBase64Encoded: true,
  };
};
