/** The stores of blocks and targets with several writers. */
import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  dynamoBlockGlance,
  dynamoBlockReader,
  dynamoBlockStore,
} from '../../../adapters/metrics/block-store.ts';
import { dynamoTargetRecorder } from '../../../adapters/metrics/target-recorder.ts';
import { dynamoTargetRegistry } from '../../../adapters/metrics/target-registry.ts';
import { LAST_SEEN_STEP_SECONDS } from '../../../core/metrics/targets/last-seen.ts';
import type { TargetSighting } from '../../../core/metrics/targets/sighting.ts';
import { DependencyUnavailableError, InvalidInputError } from '../../../core/shared/errors.ts';
import { memoryDynamo } from '../../fakes/dynamodb/memory-dynamo.ts';
import { recordedTelemetry } from '../../fakes/shared.ts';
import { itemsOf } from '../../walk-pages.ts';

const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
const { table, mock, reset } = memoryDynamo(client, { pageItems: 3 });
const pace = { sleep: async () => {}, random: () => 0 };
const { telemetry, counts } = recordedTelemetry();
/** 2026-11-21T10. */
const HOUR = 498_682;

beforeEach(() => {
  reset();
  delete counts.ItemUnreadable;
});

describe('blocks', () => {
  const options = { client, tableName: 'blocks', retentionDays: 35 };
  const store = dynamoBlockStore(options, pace);
  const key = (hour: number, targetId = 'web-1') => ({ tenantId: 'acme', targetId, hour: HOUR + hour });
  const write = (hour: number, byte: number, expectedVersion: number) => ({
    ...{ key: key(hour), bytes: Uint8Array.of(byte), expectedVersion },
  });

  it('are written by one of two writers that read the same version', async () => {
    expect(await store.write([write(1, 1, 0), write(2, 2, 0)])).toEqual([]);
    expect(await store.write([write(1, 9, 0), write(2, 9, 1), write(3, 9, 0)])).toEqual([key(1)]);
    expect(
      (await store.read([key(1), key(2), key(3), key(4)])).map(({ bytes, version }) => [bytes?.[0], version]),
    ).toEqual([
      [1, 1],
      [9, 2],
      [9, 1],
      [undefined, 0],
    ]);
  });

  it('are written in any number, even if some of them lose', async () => {
    const hours = fc.uniqueArray(fc.integer({ min: 0, max: 150 }), { minLength: 1, maxLength: 130 });
    const property = fc.asyncProperty(hours, fc.nat(), async (given, seed) => {
      reset();
      const taken = given.filter((hour) => (hour + seed) % 5 === 0);
      await store.write(taken.map((hour) => write(hour, 1, 0)));
      const lost = await store.write(given.map((hour) => write(hour, 2, 0)));
      expect(lost.map(({ hour }) => hour).sort()).toEqual(taken.map((hour) => HOUR + hour).sort());
      const read = await store.read(given.map((hour) => key(hour)));
      expect(read.map(({ key }) => key.hour)).toEqual(given.map((hour) => HOUR + hour));
      read.forEach(({ bytes, version }, i) => {
        expect([bytes?.[0], version]).toEqual([taken.includes(given[i]!) ? 1 : 2, 1]);
      });
    });
    await fc.assert(property, { numRuns: 15 });
  });

  it('of a range are returned oldest first over several pages, without those of other targets', async () => {
    await store.write([5, 3, 1, 2, 4, 30].map((hour) => write(hour, hour, 0)));
    await store.write([{ ...write(2, 77, 0), key: key(2, 'web-10') }]);
    const read = (from: number, to: number) =>
      dynamoBlockReader(options).readRange('acme', 'web-1', HOUR + from, HOUR + to);
    expect((await read(1, 5)).map(({ key, bytes }) => [key.hour - HOUR, bytes?.[0]])).toEqual(
      [1, 2, 3, 4, 5].map((hour) => [hour, hour]),
    );
    expect((await read(2, 30)).map(({ key }) => key)).toEqual([2, 3, 4, 5, 30].map((hour) => key(hour)));
    expect(await read(6, 29)).toEqual([]);
    expect(await store.readRange('acme', 'web-1', HOUR + 4, HOUR + 4)).toMatchObject([
      { key: key(4), version: 1 },
    ]);
  });

  it('expire with the end of their last point', async () => {
    await store.write([write(0, 1, 0)]);
    expect(table.items[0]?.expiresAt).toBe((HOUR + 1) * 3600 + 35 * 86_400);
  });

  it('that are soon read again are read at half the price', async () => {
    await store.write([write(0, 1, 0)]);
    mock.resetHistory();
    expect(await dynamoBlockGlance(options, pace).read([key(0)])).toMatchObject([{ version: 1 }]);
    const request = mock.commandCalls(BatchGetCommand)[0]?.args[0].input.RequestItems?.blocks;
    expect(request?.ConsistentRead).toBe(false);
  });
});

describe('targets', () => {
  const NOW = 1_000_000;
  let now = NOW;
  const registry = dynamoTargetRegistry({ client, tableName: 'targets', telemetry, now: () => now * 1000 });
  const recorder = () => dynamoTargetRecorder({ client, tableName: 'targets', retentionDays: 35, pace });
  const seen = (targetId: string, some: Partial<TargetSighting> = {}): TargetSighting => ({
    ...{ targetId, profile: 'web', metrics: { cpu: { kind: 'gauge', unit: '%' } } },
    ...{ firstSeen: NOW - 100, lastSeen: NOW },
    ...some,
  });
  const walk = async (limit: number) =>
    (await itemsOf((page) => registry.list('acme', page), limit)).map(({ targetId }) => targetId);

  beforeEach(() => {
    now = NOW;
  });

  it('contain everything that several writers saw at the same time', async () => {
    const names = ['cpu', 'disk', 'memory', 'latency', 'errors'];
    await Promise.all(
      names.map((name, i) =>
        recorder().record('acme', [
          seen('web-1', { metrics: { [name]: { kind: 'gauge' } }, firstSeen: NOW - i, lastSeen: NOW + i }),
        ]),
      ),
    );
    const target = await registry.get('acme', 'web-1');
    expect(new Set(Object.keys(target?.metrics ?? {}))).toEqual(new Set(names));
    expect(target).toMatchObject({ firstSeen: NOW - 4, lastSeen: NOW + 4, profile: 'web' });
  });

  it('do not depend on the order and repetition of what was seen', async () => {
    const sighting = fc.record({
      targetId: fc.constantFrom('web-1', 'web-2'),
      metrics: fc.dictionary(
        fc.constantFrom('cpu', 'disk', '__proto__', 'latency ms'),
        fc.constant({ kind: 'gauge' as const }),
      ),
      profile: fc.constant('web' as const),
      firstSeen: fc.integer({ min: NOW - 50, max: NOW }),
      // Within a step, the first one seen stays.
      lastSeen: fc.integer({ min: 0, max: 50 }).map((step) => NOW + step * LAST_SEEN_STEP_SECONDS),
    });
    const property = fc.asyncProperty(
      fc.array(sighting, { minLength: 1, maxLength: 6 }),
      async (sightings) => {
        const outcome = async (given: readonly TargetSighting[]) => {
          reset();
          for (const one of given) await recorder().record('acme', [one]);
          return Promise.all(['web-1', 'web-2'].map((id) => registry.get('acme', id)));
        };
        const once = await outcome(sightings);
        expect(await outcome([...sightings, ...sightings].reverse())).toEqual(once);
      },
    );
    await fc.assert(property, { numRuns: 25 });
  });

  it('are written once per step of lastSeen, and read once by each container', async () => {
    const [one, other] = [recorder(), recorder()];
    const hosts = Array.from({ length: 40 }, (_, i) => `web-${i}`);
    const writes = () => mock.commandCalls(PutCommand).length;
    const push = async (at: number): Promise<number> => {
      const before = writes();
      const writer = at % 600 === 0 ? one : other;
      for (const host of hosts) await writer.record('acme', [seen(host, { lastSeen: at })]);
      return writes() - before;
    };
    const start = Math.ceil(NOW / 600) * 600 + 600;
    await push(start - 600);
    await push(start - 300);
    mock.resetHistory();
    const perPush: number[] = [];
    for (let at = start; at < start + 3600; at += 300) perPush.push(await push(at));
    // One step an hour; a write that fails because the other container wrote the target is repeated after a read.
    expect(writes()).toBeGreaterThanOrEqual(40);
    expect(writes()).toBeLessThanOrEqual(2 * 40);
    expect(mock.commandCalls(BatchGetCommand).length).toBe(writes() - 40);
    // Hosts that push at the same second are written at different ones.
    expect(Math.max(...perPush)).toBeLessThan(20);
    for (const host of hosts) {
      const lag = start + 3300 - ((await registry.get('acme', host))?.lastSeen ?? 0);
      expect(lag).toBeLessThan(LAST_SEEN_STEP_SECONDS);
    }
  });

  it('are listed by name over several pages, for their tenant', async () => {
    await recorder().record(
      'acme',
      ['c', 'a', 'e', 'b', 'd'].map((id) => seen(id)),
    );
    await recorder().record('globex', [seen('x')]);
    for (const limit of [1, 2, 5, 9]) expect(await walk(limit)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect([...(await registry.listTenants())].sort()).toEqual(['acme', 'globex']);
    expect(await registry.get('globex', 'a')).toBeUndefined();
  });

  it('disappear with the last of their points', async () => {
    await recorder().record('acme', [seen('a'), seen('b', { lastSeen: NOW + 60 })]);
    now = NOW + 3600 + 35 * 86_400;
    expect(await walk(5)).toEqual(['b']);
    expect(await registry.get('acme', 'a')).toBeUndefined();
    expect(await registry.get('acme', 'b')).toBeDefined();
  });

  it('of more tenants than a page holds are all known', async () => {
    for (let i = 0; i < 8; i++) await recorder().record(`tenant-${i}`, [seen('a')]);
    const all = await registry.listTenants();
    expect(all).toHaveLength(8);
    expect(await registry.listTenants({ after: undefined, limit: 5 })).toEqual(all.slice(0, 5));
    expect(await registry.listTenants({ after: 'tenant-4', limit: 5 })).toEqual(all.slice(5));
    expect(await registry.listTenants({ after: 'tenant-7', limit: 5 })).toEqual([]);
  });

  it('beyond the limit of metrics record the rest, and name the omitted ones', async () => {
    const metrics = Object.fromEntries(
      Array.from({ length: 1007 }, (_, i) => [`m${String(i).padStart(4, '0')}`, { kind: 'gauge' as const }]),
    );
    const recording = recorder().record('acme', [seen('web-1', { metrics }), seen('web-2')]);
    await expect(recording).rejects.toThrow(InvalidInputError);
    await expect(recording).rejects.toThrow(
      '7 metrics beyond the limit of their targets: web-1 m1000, web-1 m1001, web-1 m1002, web-1 m1003, web-1 m1004',
    );
    expect(Object.keys((await registry.get('acme', 'web-1'))?.metrics ?? {})).toHaveLength(1000);
    expect(await registry.get('acme', 'web-2')).toBeDefined();
  });

  it('are not overwritten while one of them cannot be read', async () => {
    await recorder().record('acme', [seen('a'), seen('b')]);
    const item = table.items.find(({ targetId }) => targetId === 'a');
    table.put({ ...item, schemaVersion: 9 }, {});
    await expect(recorder().record('acme', [seen('a'), seen('b', { lastSeen: NOW + 9 })])).rejects.toThrow(
      'target T#acme TARGET#a cannot be read',
    );
    expect((await registry.get('acme', 'b'))?.lastSeen).toBe(NOW);
    expect(await walk(1)).toEqual(['b']);
    expect(counts.ItemUnreadable).toBe(1);
  });

  it('that keep changing are left for a later attempt', async () => {
    const lost = new ConditionalCheckFailedException({ $metadata: {}, message: 'no' });
    mock.on(PutCommand).callsFake(({ ConditionExpression }) => {
      if (ConditionExpression === undefined) return {};
      throw lost;
    });
    const recording = recorder().record('acme', [seen('a'), seen('b')]);
    await expect(recording).rejects.toThrow(DependencyUnavailableError);
    await expect(recording).rejects.toThrow('2 targets kept changing while being recorded');
    expect(mock.commandCalls(BatchGetCommand)).toHaveLength(6);
  });

  it('are retriable if the table is throttled, naming what failed', async () => {
    mock.on(QueryCommand).rejects(Object.assign(new Error('slow'), { name: 'ThrottlingException' }));
    await expect(walk(1)).rejects.toThrow('listing targets: ThrottlingException: slow');
    await expect(registry.listTenants()).rejects.toThrow('listing tenants: ThrottlingException: slow');
  });
});
