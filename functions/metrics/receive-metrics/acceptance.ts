import type * as z from 'zod';
import type { IngestCounts } from '../../../core/metrics/api/ingestion.ts';
import { type Decoded, encodeAcceptance } from '../../../core/metrics/ingestion/decode.ts';
import { INGEST_FORMATS } from '../../../core/metrics/ingestion/formats/ingest-formats.ts';
import type { IngestPointer } from '../../../core/metrics/ingestion/ingest-pointer.ts';
import { binaryReply } from '../../runtime/http-reply.ts';

const countTargets = ({ series }: Decoded): number => new Set(series.map(({ targetId }) => targetId)).size;

const countsOf = (requestId: string, decoded: Decoded): z.infer<typeof IngestCounts> => ({
  requestId,
  accepted: decoded.accepted,
  duplicates: decoded.duplicates,
  missing: decoded.missing,
  rejected: decoded.rejected.count,
  unsupported: decoded.unsupported,
  collisions: decoded.collisions,
  errors: [...decoded.rejected.samples],
  series: decoded.series.length,
  targets: countTargets(decoded),
});

/** The counts of an accepted request: in the sender's own encoding if its format has one, otherwise as JSON. */
export const acceptance = (pointer: IngestPointer, decoded: Decoded): object => {
  const encoded = encodeAcceptance(pointer, decoded);
  return encoded === undefined
    ? countsOf(pointer.requestId, decoded)
    : binaryReply(INGEST_FORMATS[pointer.format].accepted, encoded.contentType, encoded.body);
};
