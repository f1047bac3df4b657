/**
 * Every ingest format as the API describes it: `POST /v1/ingest/{name}`. The route, the OpenAPI document and the type
 * of queue messages derive from this list; `decoders.ts` holds a decoder for each (kept apart, so that describing a
 * format does not bundle its decoder).
 */
import * as z from 'zod';
import { JsonIngestBody } from './json-body.ts';
import { IDENTITY_PARAMETER } from './otlp-identity.ts';

export interface IngestFormatDescription {
  /** Stored with bodies sent without a content type. */
  readonly defaultContentType: string;
  /** Schema of the body, by content type. */
  readonly bodies: Readonly<Record<string, z.ZodType>>;
  /** Query parameters and their descriptions. */
  readonly query: Readonly<Record<string, string>>;
  /** True if a body without any point is valid. A file without points is a mistake; an idle exporter is not. */
  readonly allowsNoPoints: boolean;
  /** Status of the answer to an accepted body: OTLP/HTTP defines 200. */
  readonly accepted: 200 | 202;
}

const CSV =
  'Header `timestamp,target,metric,value` in any order, optionally with `profile`, `unit`, `kind`, `tenant`; or `timestamp,value` with the query parameters `target` and `metric`.';
const OTLP = 'An ExportMetricsServiceRequest; gauges and sums are stored.';

export const INGEST_FORMATS = {
  json: {
    defaultContentType: 'application/json',
    bodies: { 'application/json': JsonIngestBody },
    query: {},
    allowsNoPoints: false,
    accepted: 202,
  },
  csv: {
    defaultContentType: 'text/csv',
    bodies: { 'text/csv': z.string().describe(CSV) },
    query: {
      target: 'The target of a CSV without a `target` column',
      metric: 'The metric of a CSV without a `metric` column',
    },
    allowsNoPoints: false,
    accepted: 202,
  },
  otlp: {
    defaultContentType: 'application/octet-stream',
    bodies: {
      'application/x-protobuf': z.string().meta({ format: 'binary', description: OTLP }),
      'application/json': z.unknown().meta({ type: 'object', description: OTLP }),
    },
    query: {
      [IDENTITY_PARAMETER]:
        'Attributes of the resource that identify a target, separated by commas; they are joined by @. Default: `service.name` and `host.name`, or what else says where it runs',
    },
    allowsNoPoints: true,
    accepted: 200,
  },
} as const satisfies Readonly<Record<string, IngestFormatDescription>>;

export type IngestFormat = keyof typeof INGEST_FORMATS;
export const INGEST_FORMAT_NAMES = Object.keys(INGEST_FORMATS) as readonly IngestFormat[];
