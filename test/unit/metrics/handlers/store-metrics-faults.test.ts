/** No order, repetition or crash loses or duplicates a point. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DependencyUnavailableError } from '../../../../core/shared/errors.ts';
import { IngestionWorld } from '../../../fakes/metrics.ts';
import { NOW_SECONDS } from '../../../fixtures/ingestion/decoding.ts';
import { deliver, type Message, queuePayload, storeHandler } from '../../../fixtures/ingestion/queued.ts';

const T = NOW_SECONDS;

/** Three payloads that overlap in blocks, instants and metrics, and one that can only be quarantined. */
const queueAll = (world: IngestionWorld): Message[] => {
  const payload = (number: number, targets: readonly string[], metric: string) => {
    const timestamps = [T - 7200, T - 3600, T - 3599 + number, T];
    const values = timestamps.map((_, index) => number * 10 + index);
    return queuePayload(world, number, {
      series: targets.map((target) => ({ target, metric, timestamps, values })),
    });
  };
  return [
    payload(1, ['a', 'b'], 'cpu'),
    payload(2, ['a'], 'cpu'),
    payload(3, ['b', 'c'], 'mem'),
    queuePayload(world, 4, 'no JSON'),
  ];
};

const outcome = (world: IngestionWorld) => ({ ...world.content(), quarantined: world.quarantined() });

const expected = async () => {
  const world = new IngestionWorld();
  let writes = 0;
  world.hooks.after = () => {
    writes++;
  };
  expect(await deliver(world, queueAll(world))).toEqual([]);
  return { outcome: outcome(world), points: world.points(), writes };
};

class Crash extends Error {}

let heal = (): void => {};

/** Crashes the process at write number `k`, before or after it takes effect; later reads and writes fail too. */
const crashAt = (world: IngestionWorld, k: number, when: 'before' | 'after'): void => {
  let writes = 0;
  let dead = false;
  const { read } = world.blocks;
  world.blocks.read = async (keys) => {
    if (dead) throw new Crash();
    return read(keys);
  };
  const crash = (): never => {
    dead = true;
    throw new Crash();
  };
  heal = () => {
    dead = false;
    world.hooks.before = () => {};
    world.hooks.after = () => {};
  };
  world.hooks.before = () => {
    if (++writes > k || (writes === k && when === 'before')) crash();
  };
  world.hooks.after = () => {
    if (writes === k) crash();
  };
};

describe('store-metrics', () => {
  it('stores the later value of each instant, once', async () => {
    const { points } = await expected();
    expect(points).toHaveLength(new Set(points.map((point) => point.replace(/ \S+$/, ''))).size);
    expect(points).toContain(`acme a cpu ${T} 23`);
    expect(points).toHaveLength(5 + 4 + 4 + 4);
  });

  it.each(['before', 'after'] as const)(
    'loses and duplicates nothing if it crashes %s any single write',
    async (when) => {
      const clean = await expected();
      expect(clean.writes).toBeGreaterThan(12);
      for (let k = 1; k <= clean.writes; k++) {
        const world = new IngestionWorld();
        const messages = queueAll(world);
        crashAt(world, k, when);
        // A crash while parking is a failed message; a crash anywhere else ends the invocation.
        const died = await deliver(world, messages).then(
          (failed) => failed.length > 0,
          (error) => error instanceof Crash,
        );
        expect(died, `crash ${when} write ${k}`).toBe(true);
        heal();
        expect(await deliver(world, messages)).toEqual([]);
        expect(outcome(world), `crash ${when} write ${k}`).toEqual(clean.outcome);
      }
    },
  );

  it('has recorded every target whose block is stored, wherever it crashes', async () => {
    const { writes } = await expected();
    for (let k = 1; k <= writes; k++) {
      const world = new IngestionWorld();
      crashAt(world, k, 'after');
      await deliver(world, queueAll(world)).catch(() => {});
      for (const point of world.points()) {
        const [tenantId, targetId, metric] = point.split(' ');
        expect(world.known.get(`${tenantId} ${targetId}`)?.metrics, `crash at write ${k}`).toHaveProperty([
          metric!,
        ]);
      }
    }
  });

  it('ends in the same state if any single write is throttled and the failed messages are redelivered', async () => {
    const clean = await expected();
    for (let k = 1; k <= clean.writes; k++) {
      const world = new IngestionWorld();
      const messages = queueAll(world);
      let writes = 0;
      world.hooks.before = () => {
        if (++writes === k) throw new DependencyUnavailableError('throttled');
      };
      const failed = await deliver(world, messages);
      expect(failed.length, `write ${k} throttled`).toBeGreaterThan(0);
      expect(
        await deliver(
          world,
          messages.filter(({ messageId }) => failed.includes(messageId)),
        ),
      ).toEqual([]);
      expect(outcome(world), `write ${k} throttled`).toEqual(clean.outcome);
    }
  });

  it('ends in the same blocks for any order, batching and repetition of delivery', async () => {
    const clean = await expected();
    const deliveries = fc
      .shuffledSubarray([0, 1, 2, 3, 0, 1, 2, 3], { minLength: 0 })
      .chain((some) =>
        fc.tuple(
          fc.shuffledSubarray([...some, 0, 1, 2, 3], { minLength: some.length + 4 }),
          fc.integer({ min: 1, max: 4 }),
        ),
      );
    await fc.assert(
      fc.asyncProperty(deliveries, async ([order, size]) => {
        const world = new IngestionWorld();
        const messages = queueAll(world);
        for (let from = 0; from < order.length; from += size)
          expect(
            await deliver(
              world,
              order.slice(from, from + size).map((index) => messages[index]!),
            ),
          ).toEqual([]);
        expect(outcome(world)).toEqual(clean.outcome);
      }),
    );
  });

  it('loses races but no points with concurrent consumers of the same blocks', async () => {
    const clean = await expected();
    const world = new IngestionWorld();
    const messages = queueAll(world);
    // All consumers read before any of them writes.
    let waiting = 0;
    const { promise: allHaveRead, resolve } = Promise.withResolvers<void>();
    const { read } = world.blocks;
    world.blocks.read = async (keys) => {
      const blocks = await read(keys);
      if (++waiting === 3) resolve();
      await allHaveRead;
      return blocks;
    };
    const answers = await Promise.all(
      [
        [0, 3],
        [1, 0],
        [2, 1],
      ].map((picks) => storeHandler(world)({ Records: picks.map((index) => messages[index]!) })),
    );
    expect(answers).toEqual(answers.map(() => ({ batchItemFailures: [] })));
    expect(world.counted.get('BlockRacesLost')).toBeGreaterThan(0);
    expect(outcome(world)).toEqual(clean.outcome);
  });

  it('stores a backfill of 20,000 points over 14 days in 336 blocks', async () => {
    const world = new IngestionWorld();
    const timestamps = Array.from(
      { length: 20_000 },
      (_, index) => T - 14 * 86_400 + Math.floor(index * 60.48),
    );
    const message = queuePayload(world, 1, {
      series: [{ target: 'a', metric: 'm', timestamps, values: timestamps }],
    });
    expect(await deliver(world, [message])).toEqual([]);
    expect(world.stored.size).toBe(336);
    expect(world.points()).toHaveLength(20_000);
    expect(world.known.get('acme a')).toMatchObject({
      firstSeen: T - 14 * 86_400,
      lastSeen: timestamps.at(-1),
    });
  });
});
