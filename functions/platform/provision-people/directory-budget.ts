import type { QuotaName } from '../../../core/platform/api/quotas.ts';
import type { DirectoryBudget } from '../../../core/platform/provisioning/ports.ts';
import { overQuota } from '../../runtime/over-quota.ts';
import type { HttpDeps } from '../../runtime/serve-http.ts';

/** The quotas of tenants for the user pool: Cognito limits requests and mails for the whole account. */
export const directoryBudget = ({
  quotas,
  telemetry,
  now,
}: Pick<HttpDeps, 'quotas' | 'telemetry' | 'now'>): DirectoryBudget => {
  const refusal = (tenantId: string, quota: QuotaName, receivedAt: number) =>
    overQuota(telemetry, { tenantId, quota, receivedAt }, {});
  return {
    requests: async (tenantId, units) => {
      const at = now();
      if (await quotas.take(tenantId, 'directoryRequestsPerMinute', units, at)) return;
      throw refusal(tenantId, 'directoryRequestsPerMinute', at);
    },
    invitation: async (tenantId, personId) => {
      const at = now();
      const refused = await quotas.takeEach(tenantId, 'invitationsPerDay', [personId], at);
      if (refused.length > 0) throw refusal(tenantId, 'invitationsPerDay', at);
    },
  };
};
