import { IngestRejection } from './ingest-rejection.ts';

/**
 * A request may name its tenant; it must then be the key's own.
 * @throws IngestRejection naming the field
 */
export const checkTenantClaim = (claimed: string | undefined, tenantId: string, field: string): void => {
  if (claimed === undefined || claimed === tenantId) return;
  const message = "names another tenant than the API key's";
  throw new IngestRejection('tenant-mismatch', `${field} ${message}`, {
    errors: [{ field, code: 'tenant-mismatch', message }],
  });
};
