import type { Deployment } from '../../core/platform/doctor/ports.ts';

const enabled = { name: 'Part', isEnabled: true, state: 'ENABLED', enable: 'aws' } as const;

/** A deployment in which nothing needs doing. */
export const soundDeployment: Deployment = {
  stacks: async () => [{ name: 'Forestall-prod-Data', status: 'UPDATE_COMPLETE' }],
  bootstrap: async () => ({ version: 30, minVersion: 6 }),
  alarmTopics: async () => [
    {
      topic: 'arn:aws:sns:us-east-1:1:alarms',
      mayAlarmsPublish: true,
      subscriptions: [{ endpoint: 'a@example.com', isConfirmed: true }],
    },
  ],
  alarms: async () => [
    {
      name: 'Operations/Alarms/RunFailed',
      id: 'RunFailed',
      exists: true,
      isRaised: false,
      areActionsEnabled: true,
      actions: 1,
      reason: '',
      runbook: undefined,
    },
  ],
  concurrency: async () => ({ limit: 1000, demands: [{ what: 'Edge/Http', functions: 100 }] }),
  tables: async () => [
    {
      name: 'Data/Blocks',
      id: 'blocks',
      isRecoverable: true,
      shouldBeRecoverable: true,
      isProtected: true,
      shouldBeProtected: true,
      isExpiring: true,
      expiresBy: 'expiresAt',
    },
  ],
  buckets: async () => [{ name: 'Data/Raw', id: 'raw', rules: 2, expectedRules: 2 }],
  functions: async () => [{ name: 'Store', id: 'store', state: 'active' }],
  logGroups: async () => [{ id: 'group', days: 30, expectedDays: 30 }],
  protection: async () => [
    {
      name: 'Data/RawBucket',
      id: 'raw',
      kind: 'bucket',
      key: undefined,
      isEncrypted: true,
      stageKey: undefined,
      refusesPlainHttp: true,
    },
  ],
  secrets: async () => [
    {
      ...{ name: 'Data/Secrets/Signing', id: 'arn:aws:secretsmanager:eu-west-1:1:secret:signing' },
      ...{ isRotationEnabled: true, rotationDays: 90, rotator: 'arn:rotator', state: 'active' },
      ...{ currentSince: 0, pendingSince: undefined, pendingId: undefined, readAt: 86_400_000 },
      versions: [{ id: 'v1', label: 'current', content: 'valid' }],
    },
  ],
  schedules: async () => [{ ...enabled, kind: 'schedule' }],
  rules: async () => [{ ...enabled, kind: 'rule' }],
  eventSources: async () => [{ ...enabled, kind: 'event source' }],
  deadLetters: async () => [{ name: 'DeadLetters', messages: 0, runbook: undefined }],
  parked: async () => [],
  unreadable: async () => [],
};
