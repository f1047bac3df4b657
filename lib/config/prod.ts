import { DEFAULT_BREAKERS } from '../../core/shared/resilience/breaker-rules.ts';
import { DEFAULT_QUOTAS } from './default-quotas.ts';
import type { StageConfig } from './stage-config.ts';
import { SUGGESTIONS_ONLY } from './suggestions-only.ts';

/** Production: data outlives the stacks. Set `alarmEmails` before the first deployment. */
export const prod: StageConfig = {
  stage: 'prod',
  local: false,
  retainData: true,
  encryption: 'aws-managed',
  hotRetentionDays: 35,
  rawRetentionDays: 35,
  quarantineRetentionDays: 90,
  runFilesRetentionDays: 14,
  forecastRetentionDays: 400,
  decisionLock: { mode: 'compliance', days: 400 },
  logRetentionDays: 30,
  quotas: DEFAULT_QUOTAS,
  breakers: DEFAULT_BREAKERS,
  maxActiveRuns: 2,
  forecastCadenceMinutes: 60,
  forecastSpreadMinutes: 10,
  forecastConcurrency: 10,
  reservedConcurrency: {},
  // Hosts on the same clock all push within a second; the quota of each tenant bounds the cost.
  throttle: { ratePerSecond: 1000, burst: 2000 },
  storeConcurrency: 20,
  remediation: SUGGESTIONS_ONLY,
  ownTenant: 'default',
  secrets: { rotationDays: 90, separateSigningKeys: true, vault: false, integrations: [] },
  signIn: { mfa: 'required', callbackUrls: [], providers: [], scim: false },
  logLevel: 'INFO',
  alarms: 'minimal',
  alarmEmails: [],
  dashboard: false,
  tracing: false,
};
