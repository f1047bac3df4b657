import type { Quotas } from '../../core/platform/api/quotas.ts';

/** Far above what a fleet of 10,000 hosts needs, and low enough that one tenant cannot starve the others. */
export const DEFAULT_QUOTAS: Quotas = {
  pointsPerMinute: 600_000,
  readsPerMinute: 1_200,
  commandsPerMinute: 120,
  changesPerMinute: 120,
  tracesPerMinute: 60,
  runsPerHour: 12,
  watchesPerHour: 200,
  // A fleet of 10,000 hosts starts in one day, even if each of them is counted twice.
  newTargetsPerDay: 20_000,
  // Ten a second: Cognito lists 30 pages and changes 25 members a second for all tenants together.
  directoryRequestsPerMinute: 600,
  // Cognito mails 50 messages a day for the whole account, among them codes for people who forgot their password.
  invitationsPerDay: 20,
};
