import { INGEST_OPERATIONS } from '../../../core/metrics/api/ingestion.ts';
import type { METRICS_OPERATIONS } from '../../../core/metrics/api/operations.ts';
import { type Decoded, decodeBody, unpack } from '../../../core/metrics/ingestion/decode.ts';
import { countBlocks, withoutTargets } from '../../../core/metrics/ingestion/decoding/fit-targets.ts';
import { IngestRejection } from '../../../core/metrics/ingestion/decoding/ingest-rejection.ts';
import type { IngestLimits } from '../../../core/metrics/ingestion/decoding/limits.ts';
import {
  INGEST_FORMAT_NAMES,
  INGEST_FORMATS,
  type IngestFormat,
} from '../../../core/metrics/ingestion/formats/ingest-formats.ts';
import type { IngestPointer } from '../../../core/metrics/ingestion/ingest-pointer.ts';
import type { IngestQueue, RawStore } from '../../../core/metrics/ingestion/ports.ts';
import type { TargetFinder } from '../../../core/metrics/ports.ts';
import { ProblemError } from '../../../core/platform/api/errors.ts';
import type { QuotaName } from '../../../core/platform/api/quotas.ts';
import type { Telemetry } from '../../../core/shared/telemetry.ts';
import { bytesOf } from '../../runtime/http-request.ts';
import { overQuota } from '../../runtime/over-quota.ts';
import { type RoutesOf, route } from '../../runtime/route.ts';
import { type HttpDeps, serveHttp } from '../../runtime/serve-http.ts';
import { acceptance } from './acceptance.ts';
import { pointerTo } from './ingest-pointer.ts';

export interface Deps extends HttpDeps {
  readonly targets: TargetFinder;
  readonly raw: RawStore;
  readonly queue: IngestQueue;
  readonly retentionDays: number;
  readonly limits: IngestLimits;
  /** Hours of targets that one request may touch: bounds the work that storing it takes. */
  readonly maxBlocks: number;
}

const QUOTA = 'pointsPerMinute';

/** A body that is refused, or over the quota, costs a point for this many of its bytes: reading it was work. */
const BYTES_PER_POINT = 1_000;

/** A request costs at least this many points for each hour of a target that it touches. */
export const POINTS_PER_BLOCK = 10;

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

const refuseManyBlocks = (blocks: number, { maxBlocks }: Deps): void => {
  if (blocks > maxBlocks)
    throw new IngestRejection(
      'body-too-large',
      `points of ${blocks} hours of targets in one request; the limit is ${maxBlocks}: send them in parts`,
    );
};

interface Read {
  readonly decoded: Decoded;
  /** Hours of targets that it touches. */
  readonly blocks: number;
}

/** @throws ProblemError with the code of the rejection */
const decode = async (deps: Deps, pointer: IngestPointer, payload: Uint8Array, cost: Cost): Promise<Read> => {
  const options = { ...pointer, retentionDays: deps.retentionDays, limits: deps.limits };
  try {
    const body = unpack(payload, options);
    cost.bytes = body.length;
    const decoded = decodeBody(body, options);
    const blocks = countBlocks(decoded.series);
    refuseManyBlocks(blocks, deps);
    return { decoded, blocks };
  } catch (error) {
    throw error instanceof IngestRejection ? await reject(deps, pointer, cost, error) : error;
  }
};

const sentPoints = ({ accepted, duplicates, missing, rejected, unsupported }: Decoded): number =>
  accepted + duplicates + missing + rejected.count + unsupported;

/** Points that a request draws: storing a block is as much work as storing some points. */
const unitsOf = ({ decoded, blocks }: Read): number =>
  Math.max(sentPoints(decoded), blocks * POINTS_PER_BLOCK);

const refuse = (
  { telemetry }: Deps,
  { tenantId, requestId, format, receivedAt }: IngestPointer,
  quota: QuotaName,
) => overQuota(telemetry, { tenantId, quota, receivedAt }, { requestId, format });

/** @throws ProblemError once the points of this minute are used up */
const takeQuota = async (deps: Deps, pointer: IngestPointer, points: number, cost: Cost) => {
  const { tenantId, receivedAt } = pointer;
  if (await deps.quotas.take(tenantId, QUOTA, points, receivedAt)) return;
  await charge(deps, pointer, cost);
  throw refuse(deps, pointer, QUOTA);
};

/** The targets of a request that are new while the new targets of the day are used up: the others are accepted. */
const refuseNewTargets = async (deps: Deps, pointer: IngestPointer, { series }: Decoded) => {
  const { tenantId, receivedAt } = pointer;
  const targetIds = [...new Set(series.map(({ targetId }) => targetId))];
  const found = await deps.targets.findNew(tenantId, targetIds);
  if (found.length === 0) return [];
  if (await deps.quotas.take(tenantId, 'newTargetsPerDay', found.length, receivedAt)) {
    deps.targets.remember(tenantId, found);
    return [];
  }
  if (found.length < targetIds.length) refuse(deps, pointer, 'newTargetsPerDay');
  return found;
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

/** @throws ProblemError once the quota of the minute is used up */
const receive = async (deps: Deps, pointer: IngestPointer, payload: Uint8Array) => {
  const cost = { bytes: payload.length };
  const read = await decode(deps, pointer, payload, cost);
  // An OTLP exporter with nothing to report: there is nothing to store.
  if (read.decoded.accepted === 0) return acceptance(pointer, read.decoded);
  await takeQuota(deps, pointer, unitsOf(read), cost);
  const refusedTargets = await refuseNewTargets(deps, pointer, read.decoded);
  const decoded = withoutTargets(read.decoded, refusedTargets);
  if (decoded.accepted === 0) throw refuse(deps, pointer, 'newTargetsPerDay');
  await keep(
    deps,
    refusedTargets.length === 0 ? pointer : { ...pointer, refusedTargets: [...refusedTargets] },
    payload,
  );
  report(deps.telemetry, pointer, decoded);
  return acceptance(pointer, decoded);
};

const ingest = (deps: Deps, format: IngestFormat) =>
  route(
    INGEST_OPERATIONS[`ingest-${format}`],
    async ({ caller: { tenantId }, query, request, receivedAt }) => {
      const pointer = pointerTo(request, { tenantId, format, receivedAt, query });
      if (deps.quotas.isSpent(tenantId, QUOTA, receivedAt)) throw refuse(deps, pointer, QUOTA);
      return receive(deps, pointer, bytesOf(request));
    },
  );

const ingestRoutes = (deps: Deps) =>
  Object.fromEntries(
    INGEST_FORMAT_NAMES.map((format) => [`ingest-${format}`, ingest(deps, format)]),
  ) as RoutesOf<typeof METRICS_OPERATIONS, 'receive-metrics'>;

const unknownFormat = ({ path }: { readonly path: string }) =>
  new ProblemError('unknown-format', `${path} is not a format: known are ${INGEST_FORMAT_NAMES.join(', ')}`);

/** Accepts metrics: checks format, contract and quota, stores the body as received, and queues a pointer to it. */
export const makeHandler = (deps: Deps) => serveHttp(ingestRoutes(deps), deps, { unknown: unknownFormat });
