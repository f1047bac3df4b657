import { INGEST_OPERATIONS } from '../../../core/metrics/api/ingestion.ts';
import { type Decoded, decodeBody, unpack } from '../../../core/metrics/ingestion/decode.ts';
import { IngestRejection } from '../../../core/metrics/ingestion/decoding/ingest-rejection.ts';
import type { IngestLimits } from '../../../core/metrics/ingestion/decoding/limits.ts';
import {
  INGEST_FORMAT_NAMES,
  INGEST_FORMATS,
  type IngestFormat,
} from '../../../core/metrics/ingestion/formats/ingest-formats.ts';
import type { IngestPointer } from '../../../core/metrics/ingestion/ingest-pointer.ts';
import type { IngestQueue, RawStore } from '../../../core/metrics/ingestion/ports.ts';
import { ProblemError } from '../../../core/platform/api/errors.ts';
import type { Telemetry } from '../../../core/shared/telemetry.ts';
import { bytesOf } from '../../runtime/http-request.ts';
import { overQuota } from '../../runtime/over-quota.ts';
import { type RoutesOf, route } from '../../runtime/route.ts';
import { type HttpDeps, serveHttp } from '../../runtime/serve-http.ts';
import { acceptance } from './acceptance.ts';
import { pointerTo } from './ingest-pointer.ts';

export interface Deps extends HttpDeps {
  readonly raw: RawStore;
  readonly queue: IngestQueue;
  readonly retentionDays: number;
  readonly limits: IngestLimits;
}

const QUOTA = 'pointsPerMinute';

/** A body that is refused, or over the quota, costs a point for this many of its bytes: reading it was work. */
const BYTES_PER_POINT = 1_000;

/** Bytes that had to be read, at most those of the decompressed body. */
interface Cost {
  bytes: number;
}

const charge = async (
  { quotas, telemetry }: Deps,
  { tenantId, receivedAt }: IngestPointer,
  { bytes }: Cost,
) => {
  try {
    await quotas.charge(tenantId, QUOTA, Math.ceil(bytes / BYTES_PER_POINT) || 1, receivedAt);
  } catch (error) {
    telemetry.error('cannot charge a refused request', { tenantId }, error);
  }
};

const reject = async (deps: Deps, pointer: IngestPointer, cost: Cost, error: IngestRejection) => {
  const { tenantId, requestId, format } = pointer;
  const { code, message, errors } = error;
  deps.telemetry.info('Request rejected', { tenantId, requestId, format, code, reason: message });
  deps.telemetry.count('RequestsRejected');
  await charge(deps, pointer, cost);
  return new ProblemError(code, message, { errors, cause: error });
};

/** @throws ProblemError with the code of the rejection */
const decode = async (deps: Deps, pointer: IngestPointer, payload: Uint8Array, cost: Cost) => {
  const options = { ...pointer, retentionDays: deps.retentionDays, limits: deps.limits };
  try {
    const body = unpack(payload, options);
    cost.bytes = body.length;
    return decodeBody(body, options);
  } catch (error) {
    throw error instanceof IngestRejection ? await reject(deps, pointer, cost, error) : error;
  }
};

const sentPoints = ({ accepted, duplicates, missing, rejected, unsupported }: Decoded): number =>
  accepted + duplicates + missing + rejected.count + unsupported;

const refuse = ({ telemetry }: Deps, { tenantId, requestId, format, receivedAt }: IngestPointer) =>
  overQuota(telemetry, { tenantId, quota: QUOTA, receivedAt }, { requestId, format });

/** @throws ProblemError once the points of this minute are used up */
const takeQuota = async (deps: Deps, pointer: IngestPointer, points: number, cost: Cost) => {
  const { tenantId, receivedAt } = pointer;
  if (await deps.quotas.take(tenantId, QUOTA, points, receivedAt)) return;
  await charge(deps, pointer, cost);
  throw refuse(deps, pointer);
};

/** Stores the raw object first: a pointer without its object would be quarantined. */
const keep = async ({ raw, queue }: Deps, pointer: IngestPointer, body: Uint8Array): Promise<void> => {
  await raw.put(pointer.key, body, pointer.contentType || INGEST_FORMATS[pointer.format].defaultContentType);
  await queue.send(pointer);
};

const report = (telemetry: Telemetry, { tenantId, requestId, format }: IngestPointer, decoded: Decoded) => {
  const { accepted, duplicates, missing, rejected, unsupported } = decoded;
  const counts = { accepted, duplicates, missing, rejected: rejected.count, unsupported };
  telemetry.info('Metrics received', { tenantId, requestId, format, ...counts });
  telemetry.count('PointsAccepted', accepted);
  telemetry.count('PointsMissing', missing);
  telemetry.count('PointsRejected', rejected.count + unsupported);
};

const ingest = (deps: Deps, format: IngestFormat) =>
  route(
    INGEST_OPERATIONS[`ingest-${format}`],
    async ({ caller: { tenantId }, query, request, receivedAt }) => {
      const pointer = pointerTo(request, { tenantId, format, receivedAt, query });
      if (deps.quotas.isSpent(tenantId, QUOTA, receivedAt)) throw refuse(deps, pointer);
      const payload = bytesOf(request);
      const cost = { bytes: payload.length };
      const decoded = await decode(deps, pointer, payload, cost);
      // An OTLP exporter with nothing to report: there is nothing to store.
      if (decoded.accepted === 0) return acceptance(pointer, decoded);
      await takeQuota(deps, pointer, sentPoints(decoded), cost);
      await keep(deps, pointer, payload);
      report(deps.telemetry, pointer, decoded);
      return acceptance(pointer, decoded);
    },
  );

const ingestRoutes = (deps: Deps) =>
  Object.fromEntries(
    INGEST_FORMAT_NAMES.map((format) => [`ingest-${format}`, ingest(deps, format)]),
  ) as RoutesOf<'receive-metrics'>;

const unknownFormat = ({ path }: { readonly path: string }) =>
  new ProblemError('unknown-format', `${path} is not a format: known are ${INGEST_FORMAT_NAMES.join(', ')}`);

/** Accepts metrics: checks format, contract and quota, stores the body as received, and queues a pointer to it. */
export const makeHandler = (deps: Deps) => serveHttp(ingestRoutes(deps), deps, { unknown: unknownFormat });
