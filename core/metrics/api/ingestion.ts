/**
 * Ingestion in the API: one operation for each format. The decoders check bulk data by hand; the schema of a JSON body
 * is the one that validates it.
 */
import * as z from 'zod';
import { named } from '../../platform/api/components.ts';
import type { Operation } from '../../platform/api/operation.ts';
import { NoParameters } from '../../platform/api/parameters.ts';
import { ProblemField } from '../../platform/api/problems.ts';
import { StorableText } from '../../shared/text.ts';
import { INGEST_LIMITS } from '../ingestion/decoding/limits.ts';
import {
  INGEST_FORMAT_NAMES,
  INGEST_FORMATS,
  type IngestFormat,
} from '../ingestion/formats/ingest-formats.ts';

const IngestHeaders = z.object({
  'Content-Encoding': z
    .enum(['identity', 'gzip'])
    .optional()
    .describe('Send a gzip body with a binary content type: the gateway damages it under a text type'),
});

/** Parameters that the format does not know are ignored: exporters may add their own. */
const queryOf = (format: IngestFormat) =>
  z.object(
    Object.fromEntries(
      Object.entries(INGEST_FORMATS[format].query).map(([name, description]) => [
        name,
        StorableText.optional().describe(description),
      ]),
    ),
  );

const count = (description: string) => z.number().int().nonnegative().describe(description);

/** Response to an accepted request. OTLP protobuf gets a response in its own encoding instead. */
export const IngestCounts = named(
  'IngestCounts',
  z.object({
    requestId: z.string(),
    accepted: count('Points accepted'),
    duplicates: count('Points replaced by a later point of the same series and time in this request'),
    missing: count('Points without a value'),
    rejected: count('Points rejected one by one; `errors` holds the first reasons'),
    unsupported: count('Points of kinds that are not stored: histograms, summaries'),
    collisions: count('Series that several resources of the request write; `errors` names the first'),
    errors: z
      .array(ProblemField)
      .describe(
        'Reasons of rejections. For targets with many points, also what of their requests in the last two hours could not be stored (`points-parked`) or listed (`metrics-refused`)',
      ),
    series: count('Distinct series'),
    targets: count('Distinct targets'),
  }),
);

const ingestOperation = (format: IngestFormat) =>
  ({
    method: 'post',
    tag: 'metrics',
    path: `/v1/ingest/${format}`,
    gatewayPath: '/v1/ingest/{format}',
    summary: `Accepts metrics as ${format}. Needs no Idempotency-Key: storing a point again changes nothing`,
    needs: 'ingest',
    servedBy: 'receive-metrics',
    quota: 'pointsPerMinute',
    params: NoParameters,
    query: queryOf(format),
    headers: IngestHeaders,
    rawBody: INGEST_FORMATS[format].bodies,
    maxBodyBytes: INGEST_LIMITS.maxBytes,
    status: INGEST_FORMATS[format].accepted,
    responses: [IngestCounts],
    problems: [
      'malformed-body',
      'tenant-mismatch',
      'body-too-large',
      'unsupported-content-type',
      'unsupported-encoding',
      'invalid-content',
      'no-usable-points',
    ],
  }) as const satisfies Operation;

/**
 * OpenTelemetry exporters append `/v1/metrics` to their endpoint, which is the address of the API or that of
 * `ingest-otlp`.
 */
const exporterOperation = <const Path extends string>(path: Path) => ({
  ...ingestOperation('otlp'),
  path,
  gatewayPath: path,
  summary:
    'Accepts metrics as otlp, at the path that OpenTelemetry exporters append to their endpoint. Needs no Idempotency-Key',
});

export const EXPORTER_OPERATIONS = {
  exportMetrics: exporterOperation('/v1/metrics'),
  exportMetricsBelowIngest: exporterOperation('/v1/ingest/otlp/v1/metrics'),
};

export const INGEST_OPERATIONS = Object.fromEntries(
  INGEST_FORMAT_NAMES.map((format) => [`ingest-${format}`, ingestOperation(format)]),
) as Readonly<Record<`ingest-${IngestFormat}`, ReturnType<typeof ingestOperation>>>;

export type IngestOperation =
  | ReturnType<typeof ingestOperation>
  | (typeof EXPORTER_OPERATIONS)[keyof typeof EXPORTER_OPERATIONS];
