import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { eventBridgePublisher } from '../../../adapters/aws/event-publisher.ts';
import type { DomainEvent } from '../../../core/shared/domain-event.ts';
import { DependencyUnavailableError } from '../../../core/shared/errors.ts';

const bus = mockClient(EventBridgeClient);
const waits: number[] = [];
const publisher = eventBridgePublisher({
  client: new EventBridgeClient({ region: 'us-east-1' }),
  busName: 'forestall',
  wait: async (ms) => {
    waits.push(ms);
  },
});

const event = (n: number, archiveKey = 'k'): DomainEvent => ({
  name: 'ForecastPublished',
  source: 'forestall.forecasts',
  detail: {
    ...{ id: `e${n}`, tenantId: 'acme', occurredAt: '2026-11-21T10:05:00.000Z', runId: 'r' },
    ...{ targets: 1, forecasts: 1, archiveKey, model: 'm' },
  },
});
const events = (count: number) => Array.from({ length: count }, (_, n) => event(n));
const requests = (): PutEventsRequestEntry[][] =>
  bus.commandCalls(PutEventsCommand).map(({ args }) => args[0].input.Entries ?? []);
const idsIn = (entries: readonly PutEventsRequestEntry[]) =>
  entries.map(({ Detail }) => JSON.parse(Detail ?? '{}').id);

beforeEach(() => {
  bus.reset();
  waits.length = 0;
});

describe('publishing events', () => {
  it('puts them on the bus with source and name, dated by their cause', async () => {
    bus.on(PutEventsCommand).resolves({ Entries: [{ EventId: '1' }] });
    await publisher.publish(events(1));
    expect(requests()).toMatchObject([
      [
        {
          ...{ EventBusName: 'forestall', Source: 'forestall.forecasts', DetailType: 'ForecastPublished' },
          Time: new Date('2026-11-21T10:05:00Z'),
        },
      ],
    ]);
  });

  it('sends ten at a time, and fewer if they are large', async () => {
    bus.on(PutEventsCommand).resolves({ Entries: [] });
    await publisher.publish(events(23));
    expect(requests().map(({ length }) => length)).toEqual([10, 10, 3]);
    expect(requests().flatMap(idsIn)).toEqual(events(23).map(({ detail }) => detail.id));
    bus.resetHistory();
    await publisher.publish([1, 2, 3].map((n) => event(n, 'x'.repeat(90_000))));
    expect(requests().map(({ length }) => length)).toEqual([2, 1]);
  });

  it('sends nothing without events', async () => {
    await publisher.publish([]);
    expect(requests()).toEqual([]);
  });

  it('sends rejected entries again, and only those', async () => {
    bus
      .on(PutEventsCommand)
      .resolvesOnce({ Entries: [{ EventId: '1' }, { ErrorCode: 'ThrottlingException' }, { EventId: '3' }] })
      .resolves({ Entries: [{ EventId: '2' }] });
    await publisher.publish(events(3));
    expect(requests().map(idsIn)).toEqual([['e0', 'e1', 'e2'], ['e1']]);
    expect(waits).toEqual([100]);
  });

  it('fails with the number of events if the bus keeps rejecting', async () => {
    bus.on(PutEventsCommand).callsFake(({ Entries }) => ({
      Entries: Entries.map(() => ({ ErrorCode: 'InternalFailure' })),
    }));
    const failed = publisher.publish(events(2));
    await expect(failed).rejects.toThrow(DependencyUnavailableError);
    await expect(failed).rejects.toThrow('the bus rejected 2 events: InternalFailure');
    expect(requests()).toHaveLength(3);
  });

  it('is retriable while the bus is down', async () => {
    bus.on(PutEventsCommand).rejects(Object.assign(new Error('down'), { $fault: 'server' }));
    await expect(publisher.publish(events(1))).rejects.toThrow(DependencyUnavailableError);
  });
});
