import {
  EXPORTER_OPERATIONS,
  INGEST_OPERATIONS,
  type IngestOperation,
} from '../../../core/metrics/api/ingestion.ts';
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
import { ProblemError } from '../../../core/platform/api/errors.ts';
import type { Telemetry } from '../../../core/shared/telemetry.ts';
import { bytesOf } from '../../runtime/http-request.ts';
import { type RoutesOf, route } from '../../runtime/route.ts';
import { type HttpDeps, serveHttp } from '../../runtime/serve-http.ts';
import { acceptance } from './acceptance.ts';
import {
  type ChargeDeps,
  type Cost,
  charge,
  refuse,
  refuseIfSpent,
  refuseNewTargets,
  takeQuota,
} from './charge-request.ts';
import { type LossDeps, withEarlierLosses } from './earlier-losses.ts';
import { pointerTo } from './ingest-pointer.ts';
import { type IdentityDeps, nameIdentity } from './name-identity.ts';

export interface Deps extends HttpDeps, ChargeDeps, IdentityDeps, LossDeps {
  readonly raw: RawStore;
  readonly queue: IngestQueue;
  readonly retentionDays: number;
  readonly limits: IngestLimits;
  /** Hours of targets that one request may touch: bounds the work that storing it takes. */
  readonly maxBlocks: number;
}

const reject = async (deps: Deps, pointer: IngestPointer, cost: Cost, error: IngestRejection) => {
  const { tenantId, requestId, format } = pointer;
  const { code, message, errors } = error;
  deps.telemetry.info('Request rejected', { tenantId, requestId, format, code, reason: message });
  deps.telemetry.count('RequestsRejected');
  deps.telemetry.count('DataRefused');
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

/** @throws ProblemError with the code of the rejection */
const decode = async (deps: Deps, pointer: IngestPointer, payload: Uint8Array, cost: Cost) => {
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

/** Stores the raw object first: a pointer without its object would be quarantined. */
const keep = async ({ raw, queue }: Deps, pointer: IngestPointer, body: Uint8Array): Promise<void> => {
  await raw.put(pointer.key, body, pointer.contentType || INGEST_FORMATS[pointer.format].defaultContentType);
  await queue.send(pointer);
};

/** The owner sees these lines if a sender goes on sending what is refused; the sender has the reasons in its answer. */
const reportRefused = (telemetry: Telemetry, pointer: IngestPointer, { rejected }: Decoded) => {
  if (rejected.count === 0) return;
  const { tenantId, requestId, format } = pointer;
  const [{ field, code, message } = { field: '', code: '', message: '' }] = rejected.samples;
  const fields = {
    tenantId,
    requestId,
    format,
    rejected: rejected.count,
    code,
    reason: `${field}: ${message}`,
  };
  telemetry.info('Points refused', fields);
  telemetry.count('DataRefused');
};

const report = (telemetry: Telemetry, { tenantId, requestId, format }: IngestPointer, decoded: Decoded) => {
  const { accepted, duplicates, missing, rejected, unsupported, collisions } = decoded;
  const counts = { accepted, duplicates, missing, rejected: rejected.count, unsupported, collisions };
  telemetry.info('Metrics received', { tenantId, requestId, format, ...counts });
};

/** @throws ProblemError once the quota of the minute is used up */
const receive = async (deps: Deps, pointer: IngestPointer, payload: Uint8Array) => {
  const cost = { bytes: payload.length };
  const read = await decode(deps, pointer, payload, cost);
  // An OTLP exporter with nothing to report: there is nothing to store.
  if (read.decoded.accepted === 0) return acceptance(pointer, read.decoded);
  await takeQuota(deps, pointer, read, cost);
  const refusedTargets = await refuseNewTargets(deps, pointer, read.decoded);
  const decoded = withoutTargets(read.decoded, refusedTargets);
  if (decoded.accepted === 0) throw refuse(deps, pointer, 'newTargetsPerDay');
  await keep(
    deps,
    refusedTargets.length === 0 ? pointer : { ...pointer, refusedTargets: [...refusedTargets] },
    payload,
  );
  report(deps.telemetry, pointer, decoded);
  reportRefused(deps.telemetry, pointer, decoded);
  return acceptance(pointer, await withEarlierLosses(deps, pointer, decoded));
};

const ingest = (deps: Deps, format: IngestFormat, operation: IngestOperation) =>
  route(operation, async ({ caller: { tenantId }, query, request, receivedAt }) => {
    const pointer = pointerTo(request, { tenantId, format, receivedAt, query });
    refuseIfSpent(deps, pointer);
    return receive(deps, await nameIdentity(deps, pointer), bytesOf(request));
  });

const ingestRoutes = (deps: Deps) =>
  Object.fromEntries([
    ...INGEST_FORMAT_NAMES.map((format) => {
      const id = `ingest-${format}` as const;
      return [id, ingest(deps, format, INGEST_OPERATIONS[id])];
    }),
    ...Object.entries(EXPORTER_OPERATIONS).map(([id, operation]) => [id, ingest(deps, 'otlp', operation)]),
  ]) as RoutesOf<typeof METRICS_OPERATIONS, 'receive-metrics'>;

const unknownFormat = ({ path }: { readonly path: string }) =>
  new ProblemError('unknown-format', `${path} is not a format: known are ${INGEST_FORMAT_NAMES.join(', ')}`);

/** Accepts metrics: checks format, contract and quota, stores the body as received, and queues a pointer to it. */
export const makeHandler = (deps: Deps) => serveHttp(ingestRoutes(deps), deps, { unknown: unknownFormat });
