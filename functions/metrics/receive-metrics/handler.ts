import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { type Decoded, decode } from '../../../core/metrics/ingestion/decode.ts';
import { IngestRejection } from '../../../core/metrics/ingestion/decoding/ingest-rejection.ts';
import type { IngestLimits } from '../../../core/metrics/ingestion/decoding/limits.ts';
import {
  INGEST_FORMAT_NAMES,
  INGEST_FORMATS,
} from '../../../core/metrics/ingestion/formats/ingest-formats.ts';
import type { IngestPointer } from '../../../core/metrics/ingestion/ingest-pointer.ts';
import type { IngestQueue, RawStore } from '../../../core/metrics/ingestion/ports.ts';
import { rawKey } from '../../../core/metrics/object-keys.ts';
import type { ApiKeyStore, RateLimiter } from '../../../core/platform/access/ports.ts';
import { DependencyUnavailableError } from '../../../core/shared/errors.ts';
import type { Telemetry } from '../../../core/shared/telemetry.ts';
import { authenticate } from '../../runtime/authenticate.ts';
import { problem } from '../../runtime/problem.ts';
import { acceptance, refusal } from './answer.ts';
import { type IngestRequest, readRequest } from './request.ts';

export interface Deps {
  readonly keys: ApiKeyStore;
  readonly quota: RateLimiter;
  readonly raw: RawStore;
  readonly queue: IngestQueue;
  readonly telemetry: Telemetry;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly retentionDays: number;
  readonly limits: IngestLimits;
}

type Answer = APIGatewayProxyStructuredResultV2;

/** When a sender may come back after a failure of ours. */
const RETRY_SECONDS = 5;

const pointerOf = (request: IngestRequest, tenantId: string, receivedAt: number): IngestPointer | Answer => {
  const { requestId, contentType, contentEncoding, query } = request;
  const format = INGEST_FORMAT_NAMES.find((name) => name === request.format);
  if (format === undefined)
    return problem(
      404,
      'unknown-format',
      `no ingest format "${request.format}"; known: ${INGEST_FORMAT_NAMES.join(', ')}`,
    );
  if (!['', 'identity', 'gzip', 'x-gzip'].includes(contentEncoding))
    return problem(415, 'unsupported-encoding', `content-encoding "${contentEncoding}"; gzip is taken`);
  const gzip = contentEncoding.endsWith('gzip');
  if (gzip && request.arrivedAsText)
    return problem(
      415,
      'unsupported-encoding',
      `the gateway took the gzip body for text because of its content-type "${contentType}"; send application/gzip or application/octet-stream`,
    );
  const key = rawKey(tenantId, receivedAt, requestId, gzip ? `${format}.gz` : format);
  return { tenantId, requestId, key, format, contentType, gzip, receivedAt, query };
};

const isAnswer = (result: IngestPointer | Answer): result is Answer => 'statusCode' in result;

const overQuota = (receivedAt: number): Answer => {
  const seconds = 60 - (Math.floor(receivedAt / 1000) % 60);
  return problem(429, 'quota-exceeded', `the points of this minute are used up; try again in ${seconds} s`, {
    headers: { 'retry-after': String(seconds) },
  });
};

/** The raw object comes first: a pointer without its object would be quarantined. */
const keep = async (deps: Deps, pointer: IngestPointer, body: Uint8Array): Promise<void> => {
  await deps.raw.put(
    pointer.key,
    body,
    pointer.contentType || INGEST_FORMATS[pointer.format].defaultContentType,
  );
  await deps.queue.send(pointer);
};

const tell = (
  { telemetry }: Deps,
  { tenantId, requestId, format }: IngestPointer,
  decoded: Decoded,
): void => {
  const { accepted, duplicates, missing, rejected, unsupported } = decoded;
  const counts = { accepted, duplicates, missing, rejected: rejected.count, unsupported };
  telemetry.info('Metrics received', { tenantId, requestId, format, ...counts });
  telemetry.count('PointsAccepted', accepted);
  telemetry.count('PointsMissing', missing);
  telemetry.count('PointsRejected', rejected.count + unsupported);
};

const take = async (deps: Deps, request: IngestRequest, pointer: IngestPointer): Promise<Answer> => {
  const decoded = decode(request.body, {
    ...pointer,
    retentionDays: deps.retentionDays,
    limits: deps.limits,
  });
  // An OTLP exporter with nothing to say: nothing to store either.
  if (decoded.accepted === 0) return acceptance(pointer, decoded);
  const { accepted, duplicates, missing, rejected, unsupported } = decoded;
  const points = accepted + duplicates + missing + rejected.count + unsupported;
  if (!(await deps.quota.take(pointer.tenantId, points, pointer.receivedAt))) {
    deps.telemetry.count('RequestsOverQuota');
    return overQuota(pointer.receivedAt);
  }
  await keep(deps, pointer, request.body);
  tell(deps, pointer, decoded);
  return acceptance(pointer, decoded);
};

const failure = (
  { telemetry }: Deps,
  request: IngestRequest,
  tenantId: string | undefined,
  error: unknown,
): Answer => {
  const ids = { tenantId, requestId: request.requestId, format: request.format };
  if (error instanceof IngestRejection) {
    telemetry.info('Request rejected', { ...ids, code: error.code, reason: error.message });
    telemetry.count('RequestsRejected');
    return refusal(error);
  }
  if (!(error instanceof DependencyUnavailableError)) throw error;
  telemetry.error('Request failed', ids, error);
  telemetry.count('RequestsFailed');
  return problem(503, 'temporarily-unavailable', 'nothing was stored; send the request again', {
    headers: { 'retry-after': String(RETRY_SECONDS) },
  });
};

/** Takes metrics over HTTP: checks key, shape, contract and quota, keeps the bytes and queues a pointer to them. */
export const makeHandler = (deps: Deps) => {
  const callerOf = authenticate(deps);
  return async (event: unknown): Promise<Answer> => {
    const request = readRequest(event);
    let tenantId: string | undefined;
    try {
      const caller = await callerOf(request.headers);
      if (caller === undefined)
        return problem(401, 'unauthorized', 'send a valid API key: authorization: Bearer <key>');
      tenantId = caller.tenantId;
      const pointer = pointerOf(request, tenantId, deps.now());
      return isAnswer(pointer) ? pointer : await take(deps, request, pointer);
    } catch (error) {
      return failure(deps, request, tenantId, error);
    }
  };
};
