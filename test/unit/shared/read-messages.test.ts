import { describe, expect, it } from 'vitest';
import { DependencyUnavailableError, InvalidInputError } from '../../../core/shared/errors.ts';
import { parkMessage, readMessages } from '../../../core/shared/read-messages.ts';
import { recordedTelemetry } from '../../fakes/shared.ts';

const message = (id: string, body: string) => ({ id, body });
/** Messages are numbers; text that is none can never be processed. */
const parse = (body: string): number => {
  if (body === 'fault') throw new TypeError('a fault of the reader');
  const number = Number(body);
  if (Number.isNaN(number)) throw new InvalidInputError(`${body} is not a number`);
  return number;
};
const world = (park: (body: string, reason: string) => Promise<void> = async () => {}) => {
  const parked: (readonly [string, string])[] = [];
  const { telemetry, lines, counts } = recordedTelemetry();
  const deadLetters = {
    park: async (body: string, reason: string) => {
      await park(body, reason);
      parked.push([body, reason]);
    },
  };
  return { deps: { deadLetters, telemetry }, parked, lines, counts };
};

describe('the messages of a batch', () => {
  it('are read in order, and those that can never be processed are parked with the reason', async () => {
    const { deps, parked, lines, counts } = world();
    const batch = [message('m1', '1'), message('m2', 'two'), message('m3', '3')];
    expect(await readMessages(deps, batch, parse)).toEqual({
      readable: [
        { id: 'm1', body: '1', content: 1 },
        { id: 'm3', body: '3', content: 3 },
      ],
      failed: [],
    });
    expect(parked).toEqual([['two', 'two is not a number']]);
    expect(counts).toEqual({ MessageParked: 1 });
    expect(lines).toEqual([
      {
        ...{ level: 'error', message: 'a message that cannot be processed was parked' },
        fields: { messageId: 'm2', reason: 'two is not a number' },
        cause: expect.any(InvalidInputError),
      },
    ]);
  });

  it('are delivered again if they could not be parked, without their neighbours', async () => {
    const fault = new DependencyUnavailableError('the queue is down');
    const { deps, lines, counts } = world(() => Promise.reject(fault));
    const { readable, failed } = await readMessages(deps, [message('m1', 'one'), message('m2', '2')], parse);
    expect([readable.map(({ id }) => id), failed]).toEqual([['m2'], ['m1']]);
    expect(lines).toEqual([
      { level: 'error', message: 'a message could not be parked', fields: { messageId: 'm1' }, cause: fault },
    ]);
    expect(counts).toEqual({});
  });

  it('are not parked for a fault of the reader', async () => {
    const { deps, parked } = world();
    await expect(readMessages(deps, [message('m1', 'fault')], parse)).rejects.toThrow(
      'a fault of the reader',
    );
    expect(parked).toEqual([]);
  });

  it('are none in an empty batch', async () => {
    expect(await readMessages(world().deps, [], parse)).toEqual({ readable: [], failed: [] });
  });
});

describe('parking a message', () => {
  it('counts and logs it only once it is parked', async () => {
    const { deps, counts, lines } = world(() => Promise.reject(new Error('full')));
    await expect(parkMessage(deps, message('m1', 'x'), new Error('why'))).rejects.toThrow('full');
    expect([counts, lines]).toEqual([{}, []]);
  });
});
