import { createHash } from 'node:crypto';

/**
 * Seconds by which a tenant's scheduled runs start late, from 0 to below `spreadSeconds`, so that the runs of all tenants
 * do not start in the same minute. A tenant always gets the same delay.
 */
export const startDelayOf = (tenantId: string, spreadSeconds: number): number =>
  Math.floor((createHash('sha256').update(tenantId).digest().readUInt32BE() / 2 ** 32) * spreadSeconds);
