/**
 * What Forestall does about its own alarms. `test/infra/left-to-people.ts` has the reason for each alarm that is left to
 * people; a test requires one or the other for every alarm.
 */
type HealingAction = 'start-forecasts' | 'redrive-dead-letters';

/** `alarm` is part of the alarm's name, which CloudFormation derives from the construct. */
export const HEALED: readonly { readonly alarm: string; readonly action: HealingAction }[] = [
  { alarm: 'IngestQueueDeadLettersNotEmpty', action: 'redrive-dead-letters' },
  { alarm: 'ForecastsForecastBatchFailing', action: 'start-forecasts' },
  { alarm: 'DispatchScheduleMissedNotEmpty', action: 'start-forecasts' },
  { alarm: 'AlarmsRunFailed', action: 'start-forecasts' },
  { alarm: 'AlarmsRunTimedOut', action: 'start-forecasts' },
  { alarm: 'AlarmsForecastsStopped', action: 'start-forecasts' },
];
