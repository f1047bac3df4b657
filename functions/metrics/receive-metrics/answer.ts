import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Decoded } from '../../../core/metrics/ingestion/decode.ts';
import { isOtlpProtobuf } from '../../../core/metrics/ingestion/decode-otlp.ts';
import type { IngestRejection, RejectionCode } from '../../../core/metrics/ingestion/ingest-rejection.ts';
import { writeOtlpResponse } from '../../../core/metrics/ingestion/otlp-protobuf.ts';
import { problem } from '../../runtime/problem.ts';
import type { IngestRequest } from './request.ts';

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

const partialSuccess = ({ rejected, unsupported }: Decoded): string => {
  const kinds = unsupported === 0 ? '' : `${unsupported} points of unsupported kinds; `;
  return kinds + rejected.samples.map(({ field, message }) => `${field}: ${message}`).join('; ');
};

const protobufAnswer = (decoded: Decoded): APIGatewayProxyStructuredResultV2 => {
  const refused = decoded.rejected.count + decoded.unsupported;
  return {
    statusCode: 202,
    headers: { 'content-type': 'application/x-protobuf' },
    body: Buffer.from(writeOtlpResponse(refused, partialSuccess(decoded))).toString('base64'),
    isBase64Encoded: true,
  };
};

/** What was taken, in the encoding of the request where that is OTLP protobuf, else as JSON. */
export const acceptance = (request: IngestRequest, decoded: Decoded): APIGatewayProxyStructuredResultV2 =>
  request.format === 'otlp' && isOtlpProtobuf(request.contentType)
    ? protobufAnswer(decoded)
    : jsonAnswer(request.requestId, decoded);
