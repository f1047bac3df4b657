import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { requireOutput } from '../../local/deploy.ts';
import { useSession } from './pipeline-client.ts';

const session = inject('session');
beforeAll(() => useSession(session));

/**
 * The event of an alarm, as the rule delivers it. Alarms do not change their state in the emulator, and it cannot redrive
 * dead letters, which the adapter tests cover.
 */
const alarmChanges = async (alarmName: string, value: 'ALARM' | 'OK', at: number): Promise<unknown> => {
  const { Payload, FunctionError } = await new LambdaClient().send(
    new InvokeCommand({
      FunctionName: requireOutput(session.outputs, 'HealPlatformFunctionName'),
      Payload: JSON.stringify({
        time: new Date(at * 1000).toISOString(),
        detail: { alarmName, state: { value } },
      }),
    }),
  );
  expect(FunctionError).toBeUndefined();
  return JSON.parse(new TextDecoder().decode(Payload));
};

describe('an alarm of Forestall itself', () => {
  it('about a failed run starts the forecasts again, once, until the alarm ends', async () => {
    const at = Math.floor(Date.now() / 1000);
    const alarm = 'Forestall-local-Operations-AlarmsRunFailedAlarm-A1';
    expect(await alarmChanges(alarm, 'ALARM', at)).toEqual({ result: 'healed' });
    const machine = requireOutput(session.outputs, 'DispatchStateMachineArn');
    const executionArn = `${machine.replace(':stateMachine:', ':execution:')}:healing-start-forecasts-${at}`;
    const sfn = new SFNClient();
    const state = async () => (await sfn.send(new DescribeExecutionCommand({ executionArn }))).status;
    await expect.poll(state, { timeout: 120_000, interval: 500 }).toBe('SUCCEEDED');
    // A repeated delivery, then a later one within the pause.
    expect(await alarmChanges(alarm, 'ALARM', at)).toEqual({ result: 'healed' });
    expect(await alarmChanges(alarm, 'ALARM', at + 60)).toEqual({ result: 'refused' });
    expect(await alarmChanges(alarm, 'OK', at + 120)).toEqual({ result: 'recovered' });
  });

  it('that a person has to look at is left alone', async () => {
    const alarm = 'Forestall-local-Operations-AlarmsQuotaExceededAlarm-C3';
    expect(await alarmChanges(alarm, 'ALARM', 1_790_000_000)).toEqual({ result: 'no-plan' });
  });
});
