import { DEFAULT_BREAKERS } from '../../core/shared/resilience/breaker-rules.ts';
import { DEFAULT_QUOTAS } from './default-quotas.ts';
import type { StageConfig } from './stage-config.ts';
import { SUGGESTIONS_ONLY } from './suggestions-only.ts';

/** A stage for trying changes: nothing is kept when it is deleted. */
export const dev: StageConfig = {
  stage: 'dev',
  local: false,
  retainData: false,
  encryption: 'aws-managed',
  hotRetentionDays: 35,
  rawRetentionDays: 35,
  quarantineRetentionDays: 90,
  runFilesRetentionDays: 14,
  forecastRetentionDays: 90,
  logRetentionDays: 14,
  quotas: DEFAULT_QUOTAS,
  breakers: DEFAULT_BREAKERS,
  maxActiveRuns: 2,
  forecastCadenceMinutes: 60,
  forecastSpreadMinutes: 5,
  forecastConcurrency: 5,
  reservedConcurrency: {},
  throttle: { ratePerSecond: 50, burst: 100 },
  storeConcurrency: 5,
  remediation: SUGGESTIONS_ONLY,
  ownTenant: 'default',
  secrets: { rotationDays: 90, separateSigningKeys: false, vault: false, integrations: [] },
  signIn: { mfa: 'optional', callbackUrls: [], providers: [], scim: false },
  logLevel: 'DEBUG',
  alarms: 'minimal',
  alarmEmails: [],
  dashboard: false,
  tracing: false,
};
