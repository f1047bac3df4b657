import type { StageConfig } from './stage-config.ts';

/** Production: data outlives the stacks. Set `alarmEmails` before the first deployment. */
export const prod: StageConfig = {
  stage: 'prod',
  local: false,
  retainData: true,
  hotRetentionDays: 35,
  rawRetentionDays: 35,
  quarantineRetentionDays: 90,
  runFilesRetentionDays: 14,
  forecastRetentionDays: 400,
  logRetentionDays: 30,
  pointsPerMinute: 600_000,
  forecastCadenceMinutes: 60,
  throttle: { ratePerSecond: 200, burst: 400 },
  storeConcurrency: 20,
  ownTenant: 'default',
  logLevel: 'INFO',
  alarms: 'minimal',
  alarmEmails: [],
  dashboard: false,
  traceRequests: false,
};
