import { describe, expect, it } from 'vitest';
import { readBlockChanges } from '../../../../adapters/metrics/changed-blocks.ts';
import { blockKey } from '../../../../adapters/metrics/item-keys.ts';
import type { Owner } from '../../../../core/anomalies/anomaly.ts';
import type { StoredBlock } from '../../../../core/metrics/blocks/stored-block.ts';
import {
  DependencyUnavailableError,
  InvalidInputError,
  UnreadableItemError,
} from '../../../../core/shared/errors.ts';
import { makeHandler } from '../../../../functions/anomalies/detect-anomalies/handler.ts';
import { memoryDeadLetters } from '../../../fakes/shared.ts';
import { between, DAY, NOW, STEP, world } from '../tracking/target-world.ts';

/** As Lambda passes it on: JSON has no undefined, so a record of a removed item has no image at all. */
const throughJson = (value: object): unknown => JSON.parse(JSON.stringify(value));

/** A stream record as Lambda passes it on. */
const recordOf = (sequence: number, { key, bytes, version }: StoredBlock, over: object = {}) => {
  const stored = blockKey(key.tenantId, key.targetId, key.hour);
  return {
    eventID: `e${sequence}`,
    eventName: 'MODIFY',
    eventSource: 'aws:dynamodb',
    dynamodb: {
      SequenceNumber: String(sequence),
      StreamViewType: 'NEW_IMAGE',
      Keys: { pk: { S: stored.pk }, sk: { S: stored.sk } },
      NewImage: {
        data: { B: Buffer.from(bytes ?? []).toString('base64') },
        v: { N: String(version) },
        expiresAt: { N: '1' },
      },
      ...over,
    },
  };
};

const setup = () => {
  const made = world();
  const images = made.store(between(NOW - 14 * DAY, NOW));
  const { deadLetters, parked } = memoryDeadLetters();
  const deps = { ...made.deps, deadLetters, blockChanges: readBlockChanges };
  const handler = makeHandler(deps);
  const send = (...records: object[]) => handler(throughJson({ Records: records }));
  return { ...made, deps, images, handler, send, parked };
};

const OK = { batchItemFailures: [] };

describe('detect-anomalies', () => {
  it('finds anomalies in the blocks of a batch', async () => {
    const { images, store, send, anomalies, clock } = setup();
    expect(await send(...images.slice(-50).map((image, i) => recordOf(i + 1, image)))).toEqual(OK);
    clock.now = NOW + STEP;
    const [spiked] = store([[NOW + STEP, 400]]);
    expect(await send(recordOf(100, spiked!))).toEqual(OK);
    expect(anomalies.all()).toMatchObject([{ announced: true, anomaly: { value: 400 } }]);
    expect(anomalies.all()[0]?.anomaly.reason).toMatch(/; read as CPU in percent: a rise does harm$/);
  });

  it('ignores forecasts, detectors and expired blocks', async () => {
    const { images, send, state } = setup();
    const [image] = images;
    const named = (sk: string) => ({ Keys: { pk: { S: 'T#acme#web-1' }, sk: { S: sk } } });
    const records = [
      recordOf(1, image!, named('F')),
      recordOf(2, image!, named('D')),
      { ...recordOf(3, image!, { NewImage: undefined }), eventName: 'REMOVE' },
    ];
    expect(await send(...records)).toEqual(OK);
    expect(state()).toBeUndefined();
  });

  it.each([
    [
      'without an image of a block',
      (image: StoredBlock) => recordOf(1, image, { NewImage: { data: { S: 'x' } } }),
    ],
    ['without an image', (image: StoredBlock) => recordOf(1, image, { NewImage: undefined })],
    [
      'of another owner',
      (image: StoredBlock) =>
        recordOf(1, image, { Keys: { pk: { S: 'elsewhere' }, sk: { S: 'B#2026-11-21T10' } } }),
    ],
    [
      'of no hour',
      (image: StoredBlock) =>
        recordOf(1, image, { Keys: { pk: { S: 'T#acme#web-1' }, sk: { S: 'B#never' } } }),
    ],
    ['without keys', (image: StoredBlock) => recordOf(1, image, { Keys: undefined })],
    ['without a sequence number', (image: StoredBlock) => recordOf(1, image, { SequenceNumber: undefined })],
    ['that is a number', () => 7 as unknown as object],
    ['that is null', () => null as unknown as object],
  ])('parks a record %s, and tracks its neighbours', async (_, poison) => {
    const { images, send, state, parked, log } = setup();
    const [image] = images.slice(-1);
    expect(await send(poison(image!), recordOf(2, image!))).toEqual(OK);
    expect(state()).toBeDefined();
    expect(parked).toHaveLength(1);
    expect(parked[0]?.reason).not.toBe('');
    expect(log.counts.MessageParked).toBe(1);
  });

  it('parks a damaged block by name, and tracks its neighbours', async () => {
    const { images, send, state, parked } = setup();
    const [image] = images.slice(-1);
    const damaged = { ...image!, key: { ...image!.key, targetId: 'web-2' }, bytes: Uint8Array.of(9, 9) };
    expect(await send(recordOf(1, damaged), recordOf(2, image!))).toEqual(OK);
    expect(state()).toBeDefined();
    const hours = [image!.key.hour];
    expect(parked.map(({ message }) => JSON.parse(message))).toEqual([
      { tenantId: 'acme', targetId: 'web-2', hours },
    ]);
  });

  it.each([
    ['an unreadable item', new UnreadableItemError('target T#acme TARGET#web-1', 'it has no schema version')],
    ['an error in the code', new TypeError('x is not a function')],
    ['an item that is refused', new InvalidInputError('item size has exceeded the limit')],
  ])(
    'parks a target that fails for %s, because retries would only block its neighbours',
    async (_, error) => {
      const { deps, images, parked } = setup();
      const states = { ...deps.states, read: () => Promise.reject(error) };
      const handler = makeHandler({ ...deps, states });
      expect(await handler({ Records: [recordOf(7, images.at(-1)!)] })).toEqual(OK);
      expect(parked).toMatchObject([{ reason: error.message }]);
    },
  );

  it('requests redelivery of a poisoned record that cannot be parked', async () => {
    const { deps, images } = setup();
    const deadLetters = { park: () => Promise.reject(new DependencyUnavailableError('SQS is down')) };
    const handler = makeHandler({ ...deps, deadLetters });
    expect(await handler({ Records: [recordOf(7, images.at(-1)!, { NewImage: {} })] })).toEqual({
      batchItemFailures: [{ itemIdentifier: '7' }],
    });
  });

  it('requests redelivery of the records of a target if a dependency is down', async () => {
    const { deps, images } = setup();
    const down = async () => {
      throw new DependencyUnavailableError('throttled');
    };
    const states = {
      ...deps.states,
      read: (target: Owner) => (target.targetId === 'web-1' ? down() : deps.states.read(target)),
    };
    const handler = makeHandler({ ...deps, states });
    const [one, two] = images.slice(-2);
    const other = { ...two!, key: { ...two!.key, targetId: 'web-2' } };
    const records = [recordOf(7, one!), recordOf(8, other), recordOf(9, two!)];
    expect(await handler({ Records: records })).toEqual({
      batchItemFailures: [{ itemIdentifier: '7' }, { itemIdentifier: '9' }],
    });
  });

  it.each([{}, { Records: 'none' }, null, 'text'])(
    'rejects %j, which is not a batch of records',
    async (event) => {
      const { handler } = setup();
      await expect(handler(event)).rejects.toThrow(InvalidInputError);
    },
  );
});
