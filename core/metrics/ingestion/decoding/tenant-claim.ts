import { IngestRejection } from './ingest-rejection.ts';

/**
 * A request may name its tenant, which must be the tenant of its API key.
 * @throws IngestRejection naming the field
 */
export const checkTenantClaim = (claimed: string | undefined, tenantId: string, field: string): void => {
  if (claimed === undefined || claimed === tenantId) return;
  const message = 'is not the tenant of the API key';
  throw new IngestRejection('tenant-mismatch', `${field} ${message}`, {
    errors: [{ field, code: 'tenant-mismatch', message }],
  });
};
