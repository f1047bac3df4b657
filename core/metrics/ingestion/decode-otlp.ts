import type { DecodeOptions } from './decode-options.ts';
import { IngestRejection } from './ingest-rejection.ts';
import { collectResource } from './otlp-collect.ts';
import { readOtlpJson } from './otlp-json.ts';
import { readOtlpProtobuf } from './otlp-protobuf.ts';
import { readJson } from './read-text.ts';
import type { SeriesCollector } from './series-collector.ts';

const mediaType = (contentType: string): string => contentType.split(';')[0]!.trim().toLowerCase();

/** True for the binary encoding of OTLP; its answer is binary too. */
export const isOtlpProtobuf = (contentType: string): boolean =>
  mediaType(contentType) === 'application/x-protobuf';

/**
 * Decodes an OTLP metrics request in the encoding that its content type names.
 * @throws IngestRejection for another content type, for a body that is no such request, or another tenant's
 */
export const decodeOtlp = (body: Uint8Array, options: DecodeOptions, into: SeriesCollector): void => {
  const protobuf = isOtlpProtobuf(options.contentType);
  if (!protobuf && mediaType(options.contentType) !== 'application/json')
    throw new IngestRejection(
      'unsupported-content-type',
      `content-type must be application/x-protobuf or application/json, not "${options.contentType}"`,
    );
  const resources = protobuf
    ? readOtlpProtobuf(body, options.limits.maxPoints)
    : readOtlpJson(readJson(body));
  for (const [index, resource] of resources.entries())
    collectResource(resource, index, options.tenantId, into);
};
