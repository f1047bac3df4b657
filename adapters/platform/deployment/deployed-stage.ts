import type { Deployment } from '../../../core/platform/doctor/ports.ts';
import { readAlarms, readAlarmTopics } from './alarm-facts.ts';
import type { OperatorClients } from './clients.ts';
import { readProtection } from './encryption-facts.ts';
import { readDeadLetters, readParked, readUnreadable } from './leftover-facts.ts';
import { readSecrets } from './secret-state.ts';
import { readBootstrap, readConcurrency } from './set-up-facts.ts';
import { readStageStacks } from './stage-stacks.ts';
import { readBuckets, readLogGroups, readTables } from './store-facts.ts';
import { readEventSources, readFunctions, readRules, readSchedules } from './trigger-facts.ts';

/** A stage as it is deployed now. `now`: until when the ages of versions and the day of unreadable items
 * count. */
export const deployedStage = (clients: OperatorClients, stage: string, now: Date): Deployment => {
  const stacks = readStageStacks(clients.stacks, stage);
  return {
    stacks: stacks.status,
    bootstrap: () => readBootstrap(clients, stacks),
    alarmTopics: () => readAlarmTopics(clients, stacks),
    alarms: () => readAlarms(clients, stacks),
    concurrency: () => readConcurrency(clients, stacks),
    tables: () => readTables(clients, stacks),
    buckets: () => readBuckets(clients, stacks),
    functions: () => readFunctions(clients, stacks),
    logGroups: () => readLogGroups(clients, stacks),
    protection: () => readProtection(clients, stacks),
    secrets: () => readSecrets(clients, stacks, now.getTime()),
    schedules: () => readSchedules(clients, stacks),
    rules: () => readRules(clients, stacks),
    eventSources: () => readEventSources(clients, stacks),
    deadLetters: () => readDeadLetters(clients, stacks),
    parked: () => readParked(clients, stacks),
    unreadable: () => readUnreadable(clients, stage, now),
  };
};
