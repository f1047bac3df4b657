import { describe, expect, it } from 'vitest';
import { makeHandler } from '../../../../functions/remediation/start-remediations/handler.ts';
import {
  memoryRemediationStore,
  memoryStandingAlerts,
  remediationMemory,
} from '../../../fakes/remediation.ts';
import { memoryDeadLetters, recordedTelemetry } from '../../../fakes/shared.ts';
import { policy } from '../gathering/gathering-world.ts';
import { NOW } from '../stored-samples.ts';

const OWN = 'platform-team';
const alarm = (name: string) => ({
  ...{ AlarmName: name, NewStateValue: 'ALARM', StateChangeTime: '2026-11-21T10:05:00.000+0000' },
});
const predicted = (metric: string, tenantId = 'acme') => ({
  'detail-type': 'BreachPredicted',
  detail: {
    ...{ id: 'e-1', tenantId, occurredAt: '2026-11-21T10:00:00.000Z', runId: 'run-2', metric },
    ...{ targetId: 'web-1', since: '2026-11-21T09:55:00.000Z', probability: 0.98, risk: 0.9 },
    ...{ threshold: { direction: 'above', limit: 95 }, reason: 'raised', severity: 'warning' },
    timeToImpactSeconds: null,
  },
});
const batch = (...messages: readonly unknown[]) => ({
  Records: messages.map((message, n) => ({
    ...{ messageId: `m-${n}`, body: typeof message === 'string' ? message : JSON.stringify(message) },
  })),
});

const worldOf = () => {
  const memory = remediationMemory();
  for (const tenantId of ['acme', OWN]) memory.of(tenantId).policy = { item: policy, revision: 1 };
  const started: string[] = [];
  const down: { workflow: boolean; deadLetters: boolean } = { workflow: false, deadLetters: false };
  const { deadLetters, parked } = memoryDeadLetters();
  const telemetry = recordedTelemetry();
  const handler = makeHandler({
    ...{ store: memoryRemediationStore(memory), alerts: memoryStandingAlerts(), ownTenant: OWN },
    ...{ now: () => NOW * 1000, telemetry: telemetry.telemetry },
    incidents: { get: async () => undefined },
    workflow: {
      start: async (name) => {
        if (down.workflow) throw new Error('Step Functions is down');
        if (started.includes(name)) return 'already-running';
        started.push(name);
        return 'started';
      },
    },
    deadLetters: {
      park: async (message, reason) => {
        if (down.deadLetters) throw new Error('SQS is down');
        await deadLetters.park(message, reason);
      },
    },
  });
  return { handler, started, parked, down, ...telemetry };
};

describe('the function that starts remediations', () => {
  it('starts one for each message that the policy covers, once', async () => {
    const { handler, started, counts, lines } = worldOf();
    expect(await handler(batch(predicted('cpu'), predicted('cpu'), predicted('memory')))).toEqual({
      batchItemFailures: [],
    });
    expect(started).toHaveLength(2);
    expect(counts).toEqual({ RemediationStarted: 2, RemediationNotStarted: 1 });
    expect(lines.map(({ fields }) => fields.started)).toEqual(['started', 'already-running', 'started']);
  });

  it('is silent about what no policy covers', async () => {
    const { handler, started, counts, lines } = worldOf();
    await handler(batch(predicted('cpu', 'globex'), alarm('NotMapped')));
    expect([started, lines]).toEqual([[], []]);
    expect(counts).toEqual({ RemediationNotStarted: 2 });
  });

  it('parks what is no cause, with the reason, and starts the others', async () => {
    const { handler, started, parked } = worldOf();
    const other = { 'detail-type': 'BreachCleared', detail: {} };
    expect(await handler(batch('not JSON', other, predicted('cpu')))).toEqual({ batchItemFailures: [] });
    expect(parked.map(({ reason }) => reason)).toEqual([
      'the message is not JSON',
      'found event "BreachCleared", which starts no remediation',
    ]);
    expect(started).toHaveLength(1);
  });

  it('lets messages that failed be delivered again, and only those', async () => {
    const { handler, started, down, counts, lines } = worldOf();
    down.workflow = true;
    const events = batch(alarm('NotMapped'), predicted('cpu'));
    expect(await handler(events)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm-1' }] });
    expect(counts).toEqual({ RemediationNotStarted: 2 });
    expect(lines).toMatchObject([{ level: 'error', fields: { tenantId: 'acme', trigger: 'cause' } }]);
    down.workflow = false;
    expect(await handler(batch(predicted('cpu')))).toEqual({ batchItemFailures: [] });
    expect(started).toHaveLength(1);
  });

  it('keeps in the queue what cannot be parked', async () => {
    const { handler, down } = worldOf();
    down.deadLetters = true;
    expect(await handler(batch('not JSON'))).toEqual({ batchItemFailures: [{ itemIdentifier: 'm-0' }] });
  });

  it('refuses anything but a batch of messages', async () => {
    await expect(worldOf().handler({ Records: [{}] })).rejects.toThrow(
      'not an SQS event: Records.0.messageId',
    );
  });
});
