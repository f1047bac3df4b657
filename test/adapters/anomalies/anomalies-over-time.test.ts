/** The store of anomalies over several deliveries, and its lists. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { dynamoAnomalyStore } from '../../../adapters/anomalies/anomaly-store.ts';
import type { Anomaly } from '../../../core/anomalies/anomaly.ts';
import type { AnomalyFilter } from '../../../core/anomalies/ports.ts';
import { memoryDynamo } from '../../fakes/dynamodb/memory-dynamo.ts';
import { recordedTelemetry } from '../../fakes/shared.ts';
import { itemsOf } from '../../walk-pages.ts';

const NOW = 1_795_255_500;
const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
const { table, reset } = memoryDynamo(client);
const { telemetry, counts } = recordedTelemetry();
const store = dynamoAnomalyStore({ client, tableName: 'anomalies', now: () => NOW * 1000, telemetry });

const anomaly = (over: Partial<Anomaly> = {}): Anomaly => ({
  ...{ tenantId: 'acme', targetId: 'web-1', metric: 'cpu', timestamp: NOW, value: 1e200, kind: 'pattern' },
  ...{ since: NOW - 300, score: 5.1, oneIn: 4000, parts: { seasonal: 3.6 } },
  ...{ expected: { lower: 1, upper: 2 }, reason: 'unusual', silenced: undefined, endedAt: undefined },
  ...over,
});
const endOf = ({ tenantId, targetId, metric, timestamp }: Anomaly, endedAt: number) => ({
  ...{ tenantId, targetId, metric, timestamp, endedAt },
});
const LATER = NOW + 1000;
const walk = (filter: AnomalyFilter, limit: number) =>
  itemsOf((page) => store.list('acme', filter, page), limit);

beforeEach(reset);

describe('the event of an anomaly', () => {
  it('is pending until it is marked as published, for any number of deliveries', async () => {
    expect(await store.record([anomaly()], LATER)).toEqual([anomaly()]);
    expect(await store.record([anomaly()], LATER)).toEqual([anomaly()]);
    await store.markAnnounced([anomaly()]);
    expect(await store.record([anomaly()], LATER)).toEqual([]);
    expect(await walk({}, 5)).toEqual([anomaly()]);
  });

  it('is pending for the new ones of a batch', async () => {
    const [a, b, c] = [anomaly({ metric: 'a' }), anomaly({ metric: 'b' }), anomaly({ metric: 'c' })];
    await store.record([b], LATER);
    await store.markAnnounced([b]);
    expect(await store.record([a, b, c], LATER)).toEqual([a, c]);
    expect(await store.record([], LATER)).toEqual([]);
  });

  it('is never pending for a silenced one', async () => {
    const silenced = anomaly({ silenced: 'disks' });
    expect(await store.record([silenced], LATER)).toEqual([]);
    expect(await store.record([silenced], LATER)).toEqual([]);
    expect(await walk({}, 5)).toEqual([silenced]);
  });

  it('does not change the first stored anomaly', async () => {
    await store.record([anomaly({ reason: 'first' })], LATER);
    await store.record([anomaly({ reason: 'second' })], LATER + 500);
    expect((await walk({}, 5)).map(({ reason }) => reason)).toEqual(['first']);
  });

  it('cannot be marked for an expired anomaly, so that no fragment is stored', async () => {
    await expect(store.markAnnounced([anomaly()])).rejects.toThrow();
    expect(table.items).toEqual([]);
  });
});

describe('the end of an anomaly', () => {
  it('is stored once, and pending until it is marked as published', async () => {
    await store.record([anomaly()], LATER);
    await store.markAnnounced([anomaly()]);
    const [first, second] = [endOf(anomaly(), NOW + 300), endOf(anomaly(), NOW + 600)];
    expect(await store.recordEnds([first])).toEqual([first]);
    expect(await store.recordEnds([second])).toEqual([first]);
    await store.markEndsAnnounced([first]);
    expect(await store.recordEnds([first])).toEqual([]);
    expect(await walk({}, 5)).toEqual([anomaly({ endedAt: NOW + 300 })]);
  });

  it('waits for the event of its beginning', async () => {
    await store.record([anomaly()], LATER);
    expect(await store.recordEnds([endOf(anomaly(), NOW + 300)])).toEqual([]);
    expect((await walk({}, 5))[0]?.endedAt).toBeUndefined();
  });

  it('of a silenced one is stored without an event', async () => {
    const silenced = anomaly({ silenced: 'disks' });
    await store.record([silenced], LATER);
    expect(await store.recordEnds([endOf(silenced, NOW + 300)])).toEqual([]);
    expect((await walk({}, 5))[0]?.endedAt).toBe(NOW + 300);
  });

  it('of an unknown one stores nothing', async () => {
    expect(await store.recordEnds([endOf(anomaly(), NOW)])).toEqual([]);
    expect(table.items).toEqual([]);
  });
});

describe('the list', () => {
  const kinds = ['pattern', 'duration'] as const;
  const arbitrary = fc.record({
    targetId: fc.constantFrom('web-1', 'web-2'),
    metric: fc.constantFrom('cpu', 'disk'),
    kind: fc.constantFrom(...kinds),
    ago: fc.integer({ min: 0, max: 30 * 3600 }),
    isEnded: fc.boolean(),
    isExpired: fc.boolean(),
  });
  const filters = fc.record(
    {
      targetId: fc.constantFrom('web-1', 'web-2'),
      metric: fc.constantFrom('cpu', 'disk'),
      kind: fc.constantFrom(...kinds),
      from: fc.integer({ min: NOW - 30 * 3600, max: NOW }),
      to: fc.integer({ min: NOW - 30 * 3600, max: NOW }),
      isActive: fc.boolean(),
    },
    { requiredKeys: [] },
  );

  it('contains exactly what the filter allows, newest first, for any page size', async () => {
    const property = fc.asyncProperty(
      fc.uniqueArray(arbitrary, { selector: ({ ago }) => ago, maxLength: 15 }),
      filters,
      fc.integer({ min: 1, max: 6 }),
      async (given, filter, limit) => {
        reset();
        const all = given.map(({ ago, isEnded: _, isExpired: __, ...rest }) =>
          anomaly({ ...rest, timestamp: NOW - ago }),
        );
        for (const [i, one] of all.entries()) await store.record([one], given[i]?.isExpired ? NOW : LATER);
        await store.markAnnounced(all);
        await store.recordEnds(all.filter((_, i) => given[i]?.isEnded).map((one) => endOf(one, NOW)));
        const wanted = all
          .filter((_, i) => !given[i]?.isExpired && !(filter.isActive === true && given[i]?.isEnded))
          .filter(({ targetId }) => filter.targetId === undefined || targetId === filter.targetId)
          .filter(({ metric }) => filter.metric === undefined || metric === filter.metric)
          .filter(({ kind }) => filter.kind === undefined || kind === filter.kind)
          .filter(({ timestamp }) => timestamp >= (filter.from ?? 0) && timestamp <= (filter.to ?? NOW))
          .filter(({ timestamp }) => filter.isActive !== true || timestamp >= NOW - 25 * 3600)
          .sort((a, b) => b.timestamp - a.timestamp);
        const found = await walk(filter, limit);
        expect(found.map(({ timestamp }) => timestamp)).toEqual(wanted.map(({ timestamp }) => timestamp));
      },
    );
    await fc.assert(property, { numRuns: 60 });
  });

  it('skips unreadable anomalies, and reports them', async () => {
    await store.record([anomaly(), anomaly({ timestamp: NOW - 60 })], LATER);
    table.put({ ...table.items[0], schemaVersion: 99 }, {});
    expect((await walk({}, 1)).map(({ timestamp }) => timestamp)).toEqual([NOW]);
    expect(counts.ItemUnreadable).toBe(1);
  });

  it('is short after many queries without matches, and can be continued', async () => {
    for (let i = 0; i < 2100; i++)
      table.put(
        {
          ...{
            pk: 'T#acme',
            sk: `ANOMALY#${new Date((NOW - i) * 1000).toISOString().slice(0, 19)}Z#web-1#cpu`,
          },
          ...{ expiresAt: LATER, targetId: 'web-1', metric: 'cpu', kind: 'pattern' },
        },
        {},
      );
    const first = await store.list('acme', { metric: 'rare' }, { limit: 5 });
    expect(first.items).toEqual([]);
    const second = await store.list('acme', { metric: 'rare' }, { limit: 5, cursor: first.nextCursor });
    expect(second).toEqual({ items: [], nextCursor: undefined });
  });
});
