import * as z from 'zod';
import { INGEST_FORMATS, type IngestFormatDescription } from '../metrics/ingestion/formats/ingest-formats.ts';

type Json = Readonly<Record<string, unknown>>;

const schemaOf = (schema: z.ZodType): Json => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Json;
  return rest;
};

const count = (description: string) => z.number().int().nonnegative().describe(description);

/** Answer to an accepted ingest request. OTLP protobuf is answered in its own encoding instead. */
export const IngestCounts = z.object({
  requestId: z.string(),
  accepted: count('Points taken'),
  duplicates: count('Points replaced by a later one of the same series and time in this request'),
  missing: count('Points without a value'),
  rejected: count('Points refused one by one; `errors` samples the reasons'),
  unsupported: count('Points of kinds that are not stored: histograms, summaries'),
  errors: z.array(z.object({ field: z.string(), code: z.string(), message: z.string() })),
  series: count('Distinct series'),
  targets: count('Distinct targets'),
});

const contentOf = (bodies: IngestFormatDescription['bodies']): Json =>
  Object.fromEntries(Object.entries(bodies).map(([type, schema]) => [type, { schema: schemaOf(schema) }]));

const queryParameter = ([name, description]: readonly [string, string]): Json => ({
  ...{ name, in: 'query', required: false, description, schema: { type: 'string' } },
});

const encodingHeader: Json = {
  name: 'Content-Encoding',
  in: 'header',
  required: false,
  description: '`gzip` is taken; send it under a binary content type, which no gateway mistakes for text',
  schema: { type: 'string', enum: ['identity', 'gzip'] },
};

/** Paths of ingestion, whose decoders check bulk data by hand: the JSON body's schema is the one that validates it. */
export const ingestPaths = (problem: (description: string) => Json): Json => {
  const responses = {
    202: {
      description: 'Accepted, with counts',
      content: { 'application/json': { schema: schemaOf(IngestCounts) } },
    },
    400: problem('The body cannot be read; `errors` names field or line'),
    401: problem('The API key is missing or unknown'),
    403: problem('The body names another tenant'),
    413: problem('Too many bytes, points or targets'),
    415: problem('The encoding or content type is not taken'),
    422: problem('No usable point; `errors` names field or line'),
    429: problem('More points than the tenant may send per minute; see Retry-After'),
  };
  const pathOf = ([format, { bodies, query }]: readonly [string, IngestFormatDescription]) => {
    const parameters = [encodingHeader, ...Object.entries(query).map(queryParameter)];
    const requestBody = { required: true, content: contentOf(bodies) };
    const summary = `Takes metrics as ${format}`;
    const post = { operationId: `ingest-${format}`, summary, parameters, requestBody, responses };
    return [`/v1/ingest/${format}`, { post }] as const;
  };
  return Object.fromEntries(Object.entries(INGEST_FORMATS).map(pathOf));
};
