import { describe, expect, it } from 'vitest';
import { readBlockChanges } from '../../../../adapters/metrics/changed-blocks.ts';
import { blockKey } from '../../../../adapters/metrics/item-keys.ts';
import type { StoredBlock } from '../../../../core/metrics/blocks/stored-block.ts';
import { DependencyUnavailableError, InvalidInputError } from '../../../../core/shared/errors.ts';
import { makeHandler } from '../../../../functions/anomalies/detect-anomalies/handler.ts';
import { between, DAY, NOW, STEP, world } from '../tracking/target-world.ts';

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
  const handler = makeHandler({ ...made.deps, blockChanges: readBlockChanges });
  const send = (...records: object[]) => handler({ Records: records });
  return { ...made, images, handler, send };
};

const OK = { batchItemFailures: [] };

describe('detect-anomalies', () => {
  it('finds what is unusual in the blocks of a batch', async () => {
    const { images, store, send, anomalies, clock } = setup();
    expect(await send(...images.slice(-50).map((image, i) => recordOf(i + 1, image)))).toEqual(OK);
    clock.now = NOW + STEP;
    const [spiked] = store([[NOW + STEP, 400]]);
    expect(await send(recordOf(100, spiked!))).toEqual(OK);
    expect(anomalies.all()).toMatchObject([{ announced: true, anomaly: { value: 400 } }]);
  });

  it('passes over forecasts, detectors and blocks that expired', async () => {
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

  it('gives up what can never be read, and goes on with the rest', async () => {
    const { images, send, state, log } = setup();
    const [image] = images.slice(-1);
    const damaged = { ...image!, key: { ...image!.key, targetId: 'web-2' }, bytes: Uint8Array.of(9, 9) };
    const records = [
      recordOf(1, image!, { NewImage: { data: { S: 'text' } } }),
      recordOf(2, image!, { Keys: { pk: { S: 'elsewhere' }, sk: { S: 'B#2026-11-21T10' } } }),
      recordOf(3, image!, { Keys: { pk: { S: 'T#acme#web-1' }, sk: { S: 'B#never' } } }),
      recordOf(4, damaged),
      recordOf(5, image!),
    ];
    expect(await send(...records)).toEqual(OK);
    expect(log.counts.BlockUnusable).toBe(4);
    expect(state()).toBeDefined();
  });

  it('asks for the records of a target again when something it needs is down', async () => {
    const { deps, images } = setup();
    const down = async () => {
      throw new DependencyUnavailableError('throttled');
    };
    const states = {
      ...deps.states,
      get: (tenant: string, target: string) =>
        target === 'web-1' ? down() : deps.states.get(tenant, target),
    };
    const handler = makeHandler({ ...deps, states, blockChanges: readBlockChanges });
    const [one, two] = images.slice(-2);
    const other = { ...two!, key: { ...two!.key, targetId: 'web-2' } };
    const records = [recordOf(7, one!), recordOf(8, other), recordOf(9, two!)];
    expect(await handler({ Records: records })).toEqual({
      batchItemFailures: [{ itemIdentifier: '7' }, { itemIdentifier: '9' }],
    });
  });

  it('refuses what is no stream event', async () => {
    const { handler } = setup();
    await expect(handler({ Records: [{ messageId: '1' }] })).rejects.toThrow(InvalidInputError);
  });
});
