import * as z from 'zod';
import { InvalidInputError } from '../../shared/errors.ts';
import { TenantId } from '../../shared/identifiers.ts';
import { INGEST_FORMATS, type IngestPointer } from '../ports.ts';

const Pointer = z.object({
  tenantId: TenantId,
  requestId: z.string().min(1),
  key: z.string(),
  format: z.enum(INGEST_FORMATS),
  contentType: z.string(),
  gzip: z.boolean(),
  receivedAt: z.number().int().nonnegative(),
  query: z.record(z.string(), z.string()),
}) satisfies z.ZodType<IngestPointer>;

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new InvalidInputError('the message is not JSON', { cause });
  }
};

/**
 * Reads a queue message.
 * @throws InvalidInputError when it is no pointer, or points at another tenant's object
 */
export const parsePointer = (message: string): IngestPointer => {
  const parsed = Pointer.safeParse(parseJson(message));
  if (!parsed.success)
    throw new InvalidInputError(`the message is no pointer: ${z.prettifyError(parsed.error)}`);
  const { key, tenantId } = parsed.data;
  if (!key.startsWith(`raw/tenant=${tenantId}/`))
    throw new InvalidInputError(`${key} is not an object of tenant ${tenantId}`, { field: 'key' });
  return parsed.data;
};
