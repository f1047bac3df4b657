import type { StageConfig } from './stage-config.ts';

/** The emulator on this machine, with quotas that allow replaying weeks of a fleet within a minute. */
export const local: StageConfig = {
  stage: 'local',
  local: true,
  env: { account: '000000000000', region: 'us-east-1' },
  retainData: false,
  hotRetentionDays: 35,
  rawRetentionDays: 35,
  quarantineRetentionDays: 90,
  runFilesRetentionDays: 14,
  forecastRetentionDays: 90,
  logRetentionDays: 1,
  pointsPerMinute: 100_000_000,
  forecastCadenceMinutes: 60,
  throttle: { ratePerSecond: 10_000, burst: 10_000 },
  storeConcurrency: 2,
  ownTenant: 'local',
  logLevel: 'INFO',
  alarms: 'minimal',
  alarmEmails: [],
  dashboard: true,
  traceRequests: false,
};
