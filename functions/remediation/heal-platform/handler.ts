import * as z from 'zod';
import { type HealingDeps, healAlarm } from '../../../core/remediation/healing/heal.ts';
import { parseInput } from '../../runtime/parse-input.ts';

/** `CloudWatch Alarm State Change`, as EventBridge delivers it. */
const AlarmEvent = z.object({
  time: z.iso.datetime(),
  detail: z.object({
    alarmName: z.string().min(1),
    state: z.object({ value: z.enum(['ALARM', 'OK', 'INSUFFICIENT_DATA']) }),
  }),
});

/** Heals an alarm of Forestall itself, and records when it ended. */
export const makeHandler = (deps: HealingDeps) => async (event: unknown) => {
  const { time, detail } = parseInput(AlarmEvent, event);
  const { alarmName: name, state } = detail;
  if (state.value === 'INSUFFICIENT_DATA') return { result: 'no-plan' as const };
  const at = Math.floor(Date.parse(time) / 1000);
  return { result: await healAlarm(deps, { name, state: state.value, at }) };
};
