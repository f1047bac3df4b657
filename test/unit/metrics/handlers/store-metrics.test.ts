import { describe, expect, it } from 'vitest';
import { MAX_BLOCK_POINTS } from '../../../../core/metrics/blocks/block.ts';
import { BlocksNotWrittenError } from '../../../../core/metrics/blocks/blocks-not-written-error.ts';
import { lastSeenStep } from '../../../../core/metrics/targets/last-seen.ts';
import { DependencyUnavailableError, InvalidInputError } from '../../../../core/shared/errors.ts';
import { IngestionWorld } from '../../../fakes/metrics.ts';
import { bytesOf, decodeAs, NOW, NOW_SECONDS } from '../../../fixtures/ingestion/decoding.ts';
import { deliver, queuePayload, storeHandler } from '../../../fixtures/ingestion/queued.ts';

const T = NOW_SECONDS;
const series = (
  target: string,
  metric: string,
  points: readonly (readonly [number, number])[],
  some = {},
) => ({
  target,
  metric,
  timestamps: points.map(([time]) => time),
  values: points.map(([, value]) => value),
  ...some,
});
const body = (...all: ReturnType<typeof series>[]) => ({ series: all });

describe('store-metrics', () => {
  it('splits payloads into hour blocks and records their targets', async () => {
    const world = new IngestionWorld();
    const message = queuePayload(
      world,
      1,
      body(
        series(
          'web-1',
          'cpu',
          [
            [T - 3601, 1],
            [T - 3600, 2],
            [T - 1, 3],
            [T, 4],
          ],
          { unit: '%', profile: 'web' },
        ),
        series('web-1', 'hits', [[T, 7]], { kind: 'counter' }),
      ),
    );
    expect(await deliver(world, [message])).toEqual([]);
    const hour = T / 3600;
    expect([...world.stored.keys()].sort()).toEqual(
      [hour - 2, hour - 1, hour].map((at) => `acme web-1 ${at}`),
    );
    expect(world.points()).toEqual([
      `acme web-1 cpu ${T - 3601} 1`,
      `acme web-1 cpu ${T - 3600} 2`,
      `acme web-1 cpu ${T - 1} 3`,
      `acme web-1 cpu ${T} 4`,
      `acme web-1 hits ${T} 7`,
    ]);
    expect(world.known.get('acme web-1')).toEqual({
      tenantId: 'acme',
      targetId: 'web-1',
      profile: 'web',
      metrics: { cpu: { kind: 'gauge', unit: '%' }, hits: { kind: 'counter' } },
      firstSeen: T - 3601,
      lastSeen: T,
      // Two points at the full hour: as if in five minutes.
      pointsPerHour: 24,
    });
    expect(world.counted.get('PointsStored')).toBe(5);
  });

  it('writes a block once for all payloads of a batch', async () => {
    const world = new IngestionWorld();
    const writes: string[] = [];
    world.hooks.after = (what) => {
      writes.push(what);
    };
    const messages = [1, 2, 3].map((number) =>
      queuePayload(world, number, body(series('a', 'm', [[T + number, number]]))),
    );
    await deliver(world, messages);
    expect(writes).toEqual(['target acme a', `block acme a ${T / 3600}`]);
  });

  it('writes nothing if a message is redelivered', async () => {
    const world = new IngestionWorld();
    const message = queuePayload(world, 1, body(series('a', 'm', [[T, 1]])));
    await deliver(world, [message, message]);
    const before = world.content();
    world.hooks.before = (what) => {
      throw new Error(`unexpected write: ${what}`);
    };
    expect(await deliver(world, [message])).toEqual([]);
    expect(world.content()).toEqual(before);
    expect([...world.stored.values()].map(({ version }) => version)).toEqual([1]);
  });

  it('updates the target for new blocks, new metrics and each step of lastSeen, not for every point', async () => {
    const world = new IngestionWorld();
    const calls: number[] = [];
    const send = async (number: number, metric: string, time: number) => {
      let targets = 0;
      world.hooks.after = (what) => {
        if (what.startsWith('target')) targets++;
      };
      await deliver(world, [queuePayload(world, number, body(series('a', metric, [[time, 1]])))]);
      calls.push(targets);
    };
    // A step of this target begins within this hour.
    const begin = Array.from({ length: 3600 }, (_, i) => T - 3600 + i).find(
      (second) => lastSeenStep('a', second) > lastSeenStep('a', second - 1),
    )!;
    await send(1, 'm', begin - 30);
    await send(2, 'm', begin - 20);
    await send(3, 'n', begin - 10);
    await send(4, 'm', begin - 1);
    await send(5, 'm', begin);
    await send(6, 'm', T);
    expect(calls).toEqual([1, 0, 1, 0, 1, 1]);
  });

  it('keeps tenants apart', async () => {
    const world = new IngestionWorld();
    await deliver(world, [
      queuePayload(world, 1, body(series('a', 'm', [[T, 1]]))),
      queuePayload(world, 2, body(series('a', 'm', [[T, 2]])), { tenantId: 'rival' }),
    ]);
    expect(world.points()).toEqual([`acme a m ${T} 1`, `rival a m ${T} 2`]);
  });

  it.each([
    ['not JSON', 'hello', 'the queue message is not JSON'],
    ['not a pointer', '{"tenantId":"acme"}', 'the queue message is not an ingest pointer'],
    [
      "a pointer at another tenant's object",
      JSON.stringify({
        tenantId: 'acme',
        requestId: 'r',
        key: 'raw/tenant=rival/date=2026-11-21/r.json',
        format: 'json',
        contentType: '',
        gzip: false,
        receivedAt: NOW,
        query: {},
      }),
      'not an object of tenant acme',
    ],
  ])('quarantines and acknowledges a message that is %s', async (_, text, reason) => {
    const world = new IngestionWorld();
    const good = queuePayload(world, 1, body(series('a', 'm', [[T, 1]])));
    expect(await deliver(world, [{ messageId: 'bad', body: text }, good])).toEqual([]);
    const place = 'quarantine/unattributed/date=2026-11-21/bad.json';
    expect(world.quarantined()).toEqual([place, `${place}.reason.json`]);
    expect(Buffer.from(world.objects.get(`${place}.reason.json`)!).toString()).toContain(reason);
    expect(world.counted.get('DataQuarantined')).toBe(1);
    expect(world.points()).toHaveLength(1);
  });

  it('quarantines an object that can no longer be decoded, as received and with the reason', async () => {
    const world = new IngestionWorld();
    const message = queuePayload(world, 1, '{"points":[{"target":5}]}');
    expect(await deliver(world, [message])).toEqual([]);
    const place = 'quarantine/tenant=acme/date=2026-11-21/r1.json';
    expect(world.quarantined()).toEqual([place, `${place}.reason.json`]);
    expect(world.objects.get(place)).toEqual(bytesOf('{"points":[{"target":5}]}'));
    expect(JSON.parse(Buffer.from(world.objects.get(`${place}.reason.json`)!).toString())).toMatchObject({
      code: 'invalid-content',
      field: 'points[0].target',
      messageId: 'm1',
    });
  });

  it('quarantines a pointer whose object is gone', async () => {
    const world = new IngestionWorld();
    const message = queuePayload(world, 1, '');
    world.objects.clear();
    expect(await deliver(world, [message])).toEqual([]);
    expect(world.quarantined()).toHaveLength(2);
  });

  it('parks only the part that does not fit into a block, ready to be sent again', async () => {
    const world = new IngestionWorld();
    const full = Array.from({ length: 10 }, (_, metric) =>
      series(
        'a',
        `m${metric}`,
        Array.from({ length: MAX_BLOCK_POINTS / 10 }, (_, at) => [T - 3600 + at, at] as const),
      ),
    );
    await deliver(world, [queuePayload(world, 1, body(...full))]);
    const more = body(
      series(
        'a',
        'extra',
        [
          [T - 3600, 1],
          [T, 2],
        ],
        { unit: 'By', kind: 'delta' },
      ),
    );
    expect(await deliver(world, [queuePayload(world, 2, more)])).toEqual([]);
    expect(world.points().filter((point) => point.includes('extra'))).toEqual([`acme a extra ${T} 2`]);
    const [place = '', reason = ''] = world.quarantined();
    expect(place).toBe(`quarantine/tenant=acme/date=2026-11-21/r2.json.part-${T / 3600 - 1}-a.json`);
    expect(decodeAs(world.objects.get(place)!).series).toMatchObject([
      { targetId: 'a', metric: 'extra', unit: 'By', kind: 'delta', timestamps: [T - 3600], values: [1] },
    ]);
    expect(Buffer.from(world.objects.get(reason)!).toString()).toContain('the limit is 20000');
    expect(world.counted.get('DataQuarantined')).toBe(1);
    expect((await world.targets.get('acme', 'a'))?.notices, 'the owner sees it').toEqual([
      {
        code: 'points-parked',
        at: Math.floor((NOW + 2) / 1000),
        detail: expect.stringContaining('1 points were not stored: 20001 points of a target in one hour'),
      },
    ]);
  });

  it('stores small payloads before a large one, and leaves the rest of it when the time is used up', async () => {
    const world = new IngestionWorld();
    const hours = Array.from({ length: 800 }, (_, i) => [T - i * 3600, 1] as const);
    const large = body(series('a-large', 'm', hours));
    const small = body(series('z-small', 'm', [[T, 1]]));
    let asked = 0;
    // Each wave of 250 blocks takes 20 s: the third would end after the deadline.
    const handler = storeHandler(
      world,
      undefined,
      () => NOW + 20_000 * Math.max(0, Math.ceil((asked++ - 1) / 2)),
    );
    const messages = [queuePayload(world, 1, large), queuePayload(world, 2, small)];
    expect(await handler({ Records: messages })).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }] });
    expect(world.points().filter((point) => point.includes('z-small'))).toHaveLength(1);
    expect(world.points()).toHaveLength(500);
    expect(world.counted.get('BatchesUnfinished')).toBe(1);
    expect(await deliver(world, [messages[0]!])).toEqual([]);
    expect(world.points()).toHaveLength(801);
  });

  it('parks points for a damaged block instead of overwriting it', async () => {
    const world = new IngestionWorld();
    const name = `acme a ${T / 3600}`;
    world.stored.set(name, { bytes: Uint8Array.from([77]), version: 4 });
    expect(await deliver(world, [queuePayload(world, 1, body(series('a', 'm', [[T, 1]])))])).toEqual([]);
    expect(world.stored.get(name)).toEqual({ bytes: Uint8Array.from([77]), version: 4 });
    expect(world.quarantined()).toHaveLength(2);
  });

  it('stores points of metrics beyond the limit of a target', async () => {
    const world = new IngestionWorld();
    world.targets.record = async () => {
      throw new InvalidInputError('1 metrics beyond the limit');
    };
    expect(await deliver(world, [queuePayload(world, 1, body(series('a', 'm', [[T, 1]])))])).toEqual([]);
    expect(world.points()).toHaveLength(1);
    expect(world.counted.get('MetricsRefused')).toBe(1);
    expect(world.counted.get('DataRefused')).toBe(1);
  });

  it('requests redelivery of only the message whose object is temporarily unreadable', async () => {
    const world = new IngestionWorld();
    const [one, two] = [1, 2].map((number) =>
      queuePayload(world, number, body(series('a', 'm', [[T + number, number]]))),
    );
    const { get } = world.raw;
    world.raw.get = async (key) => {
      if (key.endsWith('r1.json')) throw new DependencyUnavailableError('S3');
      return get(key);
    };
    expect(await deliver(world, [one!, two!])).toEqual(['m1']);
    expect(world.points()).toEqual([`acme a m ${T + 2} 2`]);
    world.raw.get = get;
    expect(await deliver(world, [one!])).toEqual([]);
    expect(world.points()).toHaveLength(2);
  });

  it('requests redelivery of only the messages whose blocks were not written', async () => {
    const world = new IngestionWorld();
    const messages = [1, 2].map((number) =>
      queuePayload(world, number, body(series(`host-${number}`, 'm', [[T, number]]))),
    );
    const { write } = world.blocks;
    world.blocks.write = async (blocks) => {
      const [refused, taken] = [
        blocks.filter(({ key }) => key.targetId === 'host-1'),
        blocks.filter(({ key }) => key.targetId !== 'host-1'),
      ];
      const lost = await write(taken);
      throw new BlocksNotWrittenError(
        refused.map(({ key }) => key),
        lost,
        new Error('throttled'),
      );
    };
    expect(await deliver(world, messages)).toEqual(['m1']);
    expect(world.points()).toEqual([`acme host-2 m ${T} 2`]);
  });

  it('requests redelivery of all messages if blocks cannot be read or targets not recorded', async () => {
    const world = new IngestionWorld();
    const messages = [1, 2].map((number) =>
      queuePayload(world, number, body(series('a', 'm', [[T, number]]))),
    );
    const { read } = world.blocks;
    world.blocks.read = async () => {
      throw new DependencyUnavailableError('DynamoDB');
    };
    expect(await deliver(world, messages)).toEqual(['m1', 'm2']);
    world.blocks.read = read;
    world.targets.record = async () => {
      throw new DependencyUnavailableError('DynamoDB');
    };
    expect(await deliver(world, messages)).toEqual(['m1', 'm2']);
    expect(world.stored.size).toBe(0);
  });

  it('leaves a message that triggers a bug to the dead letter queue and stores the others', async () => {
    const world = new IngestionWorld();
    const messages = [1, 2].map((number) =>
      queuePayload(world, number, body(series('a', 'm', [[T + number, number]]))),
    );
    const { get } = world.raw;
    world.raw.get = async (key) => {
      if (key.endsWith('r1.json')) throw new TypeError('bug');
      return get(key);
    };
    expect(await deliver(world, messages)).toEqual(['m1']);
    expect(world.logged.filter(({ level }) => level === 'error')).toMatchObject([
      { fields: { messageId: 'm1' } },
    ]);
  });

  it('gives up on a block after losing repeatedly, with growing pauses', async () => {
    const world = new IngestionWorld();
    const attempts: number[] = [];
    world.blocks.write = async (blocks) => blocks.map(({ key }) => key);
    const handler = storeHandler(world, async (attempt) => {
      attempts.push(attempt);
    });
    const message = queuePayload(world, 1, body(series('a', 'm', [[T, 1]])));
    expect(await handler({ Records: [message] })).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }] });
    expect(attempts).toEqual([1, 2, 3, 4, 5]);
  });

  it('leaves a message for redelivery if its block meets a bug in merging', async () => {
    const world = new IngestionWorld();
    world.blocks.read = async (keys) => keys.map((key) => ({ key, bytes: 'no bytes' as never, version: 1 }));
    const message = queuePayload(world, 1, body(series('a', 'm', [[T, 1]])));
    expect(await deliver(world, [message])).toEqual(['m1']);
  });

  it('rejects an event that is not from a queue', async () => {
    await expect(storeHandler(new IngestionWorld())({ detail: {} })).rejects.toThrow(InvalidInputError);
  });
});
