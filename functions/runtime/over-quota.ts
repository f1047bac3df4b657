import { ProblemError } from '../../core/platform/api/errors.ts';
import { type QuotaName, windowAt } from '../../core/platform/api/quotas.ts';
import type { Telemetry } from '../../core/shared/telemetry.ts';

const USED_UP: Readonly<Record<QuotaName, string>> = {
  pointsPerMinute: 'points of this minute',
  readsPerMinute: 'read requests of this minute',
  commandsPerMinute: 'commands of this minute',
  changesPerMinute: 'changes of this minute',
  tracesPerMinute: 'service graphs of this minute',
  runsPerHour: 'forecast runs of this hour',
  watchesPerHour: 'watched deployments of this hour',
  newTargetsPerDay: 'new targets of this day (UTC)',
  directoryRequestsPerMinute: 'pages of people and changes of members of this minute',
  invitationsPerDay: 'invitations of this day (UTC)',
};

export interface Refused {
  readonly tenantId: string;
  readonly quota: QuotaName;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
}

/** Logs and counts a refusal, and returns the problem to answer with: 429, to be retried when the window has ended. */
export const overQuota = (
  telemetry: Telemetry,
  { tenantId, quota, receivedAt }: Refused,
  fields: Readonly<Record<string, unknown>>,
): ProblemError => {
  telemetry.info('Request over quota', { ...fields, tenantId, quota });
  telemetry.count('RequestsOverQuota');
  const seconds = windowAt(quota, receivedAt).endsAt - Math.floor(receivedAt / 1000);
  return new ProblemError(
    'quota-exceeded',
    `The tenant's ${USED_UP[quota]} are used up: retry in ${seconds} s.`,
    { headers: { 'retry-after': String(seconds) } },
  );
};
