import { judgeAlarmActions, judgeAlarms, judgeSubscriptions, judgeTopics } from './alarm-checks.ts';
import { type Check, type CheckResult, makeCheck, runCheck } from './check.ts';
import { judgeBuckets, judgeExpiry, judgeLogGroups, judgeTables } from './data-checks.ts';
import { judgeProtection } from './encryption-checks.ts';
import { judgeDeadLetters, judgeParked, judgeUnreadable } from './leftover-checks.ts';
import type { Deployment } from './ports.ts';
import { judgeSecrets } from './secret-checks.ts';
import { judgeBootstrap, judgeConcurrency, judgeStacks } from './set-up-checks.ts';
import { judgeFunctions, judgeTriggers } from './trigger-checks.ts';

/** All checks, those on which others depend first. */
export const CHECKS: readonly Check[] = [
  makeCheck('stacks', (stage) => stage.stacks(), judgeStacks),
  makeCheck('bootstrap', (stage) => stage.bootstrap(), judgeBootstrap),
  makeCheck(
    'concurrency',
    (stage) => stage.concurrency(),
    judgeConcurrency,
    'the emulator runs as many functions as this machine bears',
  ),
  makeCheck(
    'alarm subscriptions',
    (stage) => stage.alarmTopics(),
    judgeSubscriptions,
    'alarms of stage local are mailed to no one',
  ),
  makeCheck('alarm topics', (stage) => stage.alarmTopics(), judgeTopics),
  makeCheck('alarm actions', (stage) => stage.alarms(), judgeAlarmActions),
  makeCheck('alarms', (stage) => stage.alarms(), judgeAlarms),
  makeCheck('tables', (stage) => stage.tables(), judgeTables),
  makeCheck('expiry', (stage) => stage.tables(), judgeExpiry, 'tables of the emulator delete nothing'),
  makeCheck('buckets', (stage) => stage.buckets(), judgeBuckets),
  makeCheck('log groups', (stage) => stage.logGroups(), judgeLogGroups),
  makeCheck('functions', (stage) => stage.functions(), judgeFunctions),
  makeCheck('encryption', (stage) => stage.protection(), judgeProtection),
  makeCheck('secrets', (stage) => stage.secrets(), judgeSecrets),
  makeCheck('schedules', (stage) => stage.schedules(), judgeTriggers),
  makeCheck('rules', (stage) => stage.rules(), judgeTriggers),
  makeCheck('event sources', (stage) => stage.eventSources(), judgeTriggers),
  makeCheck('dead letters', (stage) => stage.deadLetters(), judgeDeadLetters),
  makeCheck('parked payloads', (stage) => stage.parked(), judgeParked),
  makeCheck(
    'unreadable items',
    (stage) => stage.unreadable(),
    judgeUnreadable,
    'the emulator makes no metrics of log lines',
  ),
];

/** Examines a deployment: each check by itself, so that one that fails leaves the others alone. */
export const examine = (deployment: Deployment, isLocal: boolean): Promise<readonly CheckResult[]> =>
  Promise.all(CHECKS.map((check) => runCheck(check, deployment, isLocal)));

/** True if an operator has something to do: a finding, or a check that could not be made. */
export const needsAction = (results: readonly CheckResult[]): boolean =>
  results.some(({ status }) => status === 'action' || status === 'unknown');
