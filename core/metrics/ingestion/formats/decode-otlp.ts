import type { DecodeContext } from '../decoding/decode-context.ts';
import { EntryBudget } from '../decoding/entry-budget.ts';
import { IngestRejection } from '../decoding/ingest-rejection.ts';
import { readJson } from '../decoding/read-text.ts';
import type { SeriesCollector } from '../decoding/series-collector.ts';
import { type CollectContext, collectResource, SeriesOwners } from './otlp-collect.ts';
import { isOtlpJson, isOtlpProtobuf } from './otlp-content-type.ts';
import { IDENTITY_PARAMETER, identityNames } from './otlp-identity.ts';
import { readOtlpJson } from './otlp-json.ts';
import { readOtlpProtobuf } from './otlp-protobuf.ts';
import type { OtlpResource } from './otlp-request.ts';

const readResources = (body: Uint8Array, { contentType, limits }: DecodeContext): readonly OtlpResource[] => {
  if (isOtlpProtobuf(contentType)) return readOtlpProtobuf(body, limits.maxPoints);
  if (isOtlpJson(contentType)) return readOtlpJson(readJson(body), new EntryBudget(limits.maxPoints));
  throw new IngestRejection(
    'unsupported-content-type',
    `content-type must be application/x-protobuf or application/json, not "${contentType}"`,
  );
};

/**
 * Decodes an OTLP metrics request in the encoding that its content type names.
 * @throws IngestRejection for any other content type, a malformed request, another tenant's, or an identity of too many attributes
 */
export const decodeOtlp = (body: Uint8Array, context: DecodeContext, into: SeriesCollector): void => {
  const identity = identityNames(context.query[IDENTITY_PARAMETER]);
  const shared: CollectContext = { tenantId: context.tenantId, identity, owners: new SeriesOwners() };
  for (const [index, resource] of readResources(body, context).entries())
    collectResource(resource, index, shared, into);
};
