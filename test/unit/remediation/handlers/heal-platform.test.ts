import { describe, expect, it } from 'vitest';
import { makeHandler } from '../../../../functions/remediation/heal-platform/handler.ts';
import { memoryDecisionInputs, memoryRemediationStore } from '../../../fakes/remediation.ts';
import { recordedTelemetry } from '../../../fakes/shared.ts';
import { NOW } from '../stored-samples.ts';

const worldOf = () => {
  const healed: string[] = [];
  const handler = makeHandler({
    ...{ store: memoryRemediationStore(), inputs: memoryDecisionInputs(), ownTenant: 'own-tenant' },
    ...{ telemetry: recordedTelemetry().telemetry, now: () => NOW * 1000 },
    plans: [{ alarm: 'IngestDeadLetters', action: 'redrive-dead-letters', resource: 'sqs-queue:ingest' }],
    healers: { run: async ({ resource }, healingId) => void healed.push(`${resource} ${healingId}`) },
  });
  return { handler, healed };
};

const alarm = (alarmName: string, value: string) => ({
  ...{ time: '2026-11-21T10:05:00Z', detail: { alarmName, state: { value } } },
});
const OWN = 'Forestall-prod-Operations-IngestDeadLetters-X1';

describe('the function that heals Forestall', () => {
  it('repeats a healing under the same id, however often its event comes', async () => {
    const { handler, healed } = worldOf();
    for (let n = 0; n < 2; n++) await handler(alarm(OWN, 'ALARM'));
    expect(new Set(healed)).toEqual(new Set([`sqs-queue:ingest healing-redrive-dead-letters-${NOW}`]));
  });

  it.each(['OK', 'INSUFFICIENT_DATA'])('does nothing about an alarm that is %s', async (value) => {
    const { handler, healed } = worldOf();
    await handler(alarm(OWN, value));
    expect(healed).toEqual([]);
  });

  it('does nothing about an alarm without a plan', async () => {
    const { handler, healed } = worldOf();
    expect(await handler(alarm('SomethingElse', 'ALARM'))).toEqual({ result: 'no-plan' });
    expect(healed).toEqual([]);
  });

  it.each([{}, { time: 'now', detail: {} }, alarm('', 'ALARM'), alarm(OWN, 'MAYBE')])(
    'refuses %j',
    async (event) => {
      await expect(worldOf().handler(event)).rejects.toMatchObject({ name: 'InvalidInputError' });
    },
  );
});
