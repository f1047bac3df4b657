import * as z from 'zod';
import { describeIssues } from '../../shared/describe-issues.ts';
import { InvalidInputError } from '../../shared/errors.ts';
import { TargetId, TenantId } from '../../shared/identifiers.ts';
import { INGEST_FORMAT_NAMES } from './formats/ingest-formats.ts';

/** A stored payload waiting to be merged: all that decoding depends on, so that every attempt gives the same series. */
const IngestPointer = z.object({
  tenantId: TenantId,
  requestId: z.string().min(1),
  key: z.string(),
  format: z.enum(INGEST_FORMAT_NAMES),
  contentType: z.string(),
  gzip: z.boolean(),
  /** Epoch milliseconds at which the request arrived: decides conflicts and what counts as future. */
  receivedAt: z.number().int().nonnegative(),
  /** Query parameters of the request that decoding needs (`target`, `metric` of a two-column CSV). */
  query: z.record(z.string(), z.string()),
  /** Targets that were not accepted: new ones beyond the quota of the day. */
  refusedTargets: z.array(TargetId).optional(),
});
export type IngestPointer = Readonly<z.infer<typeof IngestPointer>>;

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new InvalidInputError('the queue message is not JSON', { cause });
  }
};

/**
 * Reads a queue message.
 * @throws InvalidInputError if it is not a pointer, or points at another tenant's object
 */
export const parsePointer = (message: string): IngestPointer => {
  const parsed = IngestPointer.safeParse(parseJson(message));
  if (!parsed.success)
    throw new InvalidInputError(
      `the queue message is not an ingest pointer: ${describeIssues(parsed.error)}`,
    );
  const { key, tenantId } = parsed.data;
  if (!key.startsWith(`raw/tenant=${tenantId}/`))
    throw new InvalidInputError(`${key} is not an object of tenant ${tenantId}`, { field: 'key' });
  return parsed.data;
};
