/** Failures of one block or one tenant are isolated: the points of all others in the batch are stored. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInputError, UnreadableItemError } from '../../../../core/shared/errors.ts';
import { IngestionWorld } from '../../../fakes/metrics.ts';
import { NOW_SECONDS } from '../../../fixtures/ingestion/decoding.ts';
import { deliver, type Message, queuePayload } from '../../../fixtures/ingestion/queued.ts';

const TARGETS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];

/** One message per target, the odd ones of another tenant. */
const queueAll = (world: IngestionWorld): Message[] =>
  TARGETS.map((target, number) =>
    queuePayload(
      world,
      number,
      { series: [{ target, metric: 'cpu', timestamps: [NOW_SECONDS], values: [number] }] },
      { tenantId: number % 2 === 0 ? 'acme' : 'other' },
    ),
  );

const storedTargets = (world: IngestionWorld): ReadonlySet<string | undefined> =>
  new Set(world.points().map((point) => point.split(' ')[1]));

const failFor = (world: IngestionWorld, target: string, error: Error): void => {
  world.hooks.before = (what) => {
    if (what.startsWith('block') && what.split(' ')[2] === target) throw error;
  };
};

describe('store-metrics with a block that cannot be stored', () => {
  it('parks its points with the reason, and stores every neighbour', async () => {
    const world = new IngestionWorld();
    failFor(world, 'd', new InvalidInputError('item size has exceeded the limit'));
    expect(await deliver(world, queueAll(world))).toEqual([]);
    expect(storedTargets(world)).toEqual(new Set(TARGETS.filter((target) => target !== 'd')));
    expect(world.counted.get('DataQuarantined')).toBe(1);
    const reasons = [...world.objects].filter(([key]) => key.endsWith('.reason.json'));
    expect(reasons).toHaveLength(1);
    expect(new TextDecoder().decode(reasons[0]![1])).toContain('item size has exceeded the limit');
  });

  it.each([
    new UnreadableItemError('block T#acme#d', 'it is damaged'),
    new TypeError('x is not a function'),
    new Error('AccessDeniedException'),
  ])('asks for its message alone again after $name', async (error) => {
    const world = new IngestionWorld();
    failFor(world, 'd', error);
    expect(await deliver(world, queueAll(world))).toEqual(['m3']);
    expect(storedTargets(world)).toEqual(new Set(TARGETS.filter((target) => target !== 'd')));
  });

  it('asks for the message again if the points cannot be parked', async () => {
    const world = new IngestionWorld();
    world.hooks.before = (what) => {
      if (what.startsWith('put quarantine')) throw new Error('S3 refuses');
      if (what.startsWith('block') && what.split(' ')[2] === 'd') throw new InvalidInputError('too large');
    };
    expect(await deliver(world, queueAll(world))).toEqual(['m3']);
  });

  it('does not affect other blocks, for any failing blocks and kinds of failure', async () => {
    const errors = [new InvalidInputError('too large'), new TypeError('a defect'), new Error('denied')];
    const poison = fc.dictionary(fc.constantFrom(...TARGETS), fc.constantFrom(...errors));
    await fc.assert(
      fc.asyncProperty(poison, async (failing) => {
        const world = new IngestionWorld();
        world.hooks.before = (what) => {
          const error = what.startsWith('block') ? failing[what.split(' ')[2]!] : undefined;
          if (error !== undefined) throw error;
        };
        const failed = await deliver(world, queueAll(world));
        expect(storedTargets(world)).toEqual(new Set(TARGETS.filter((target) => !(target in failing))));
        const redelivered = TARGETS.flatMap((target, number) =>
          target in failing && !(failing[target] instanceof InvalidInputError) ? [`m${number}`] : [],
        );
        expect(new Set(failed)).toEqual(new Set(redelivered));
      }),
    );
  });
});
