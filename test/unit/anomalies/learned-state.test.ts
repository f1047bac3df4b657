import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  LearnedState,
  openHourAt,
  type Replay,
  type StateSlot,
} from '../../../core/anomalies/learned-state.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';

/** First hour with a block; the block of each hour holds its number. */
const OLDEST = 100;

/** A state that remembers which hours it learned, in order. */
interface Hours {
  openHour: number;
  readonly learned: number[];
}

const pack = ({ openHour, learned }: Hours): Uint8Array => Uint8Array.from([openHour, ...learned]);

const unpack = (bytes: Uint8Array): Hours => {
  const [openHour, ...learned] = bytes;
  if (openHour === undefined) throw new InvalidInputError('no bytes');
  return { openHour, learned };
};

/** A slot in memory with a version for every write, and what was announced. */
const memory = () => {
  let stored: { readonly bytes: Uint8Array; readonly version: number } | undefined;
  const announced: number[] = [];
  const steps: string[] = [];
  const slot: StateSlot<number> = {
    read: async () => stored,
    write: async (bytes, expected) => {
      steps.push('write');
      if (stored?.version !== expected) return false;
      stored = { bytes, version: (stored?.version ?? 0) + 1 };
      return true;
    },
  };
  const announce = async (found: readonly number[]): Promise<void> => {
    steps.push('announce');
    announced.push(...found);
  };
  return {
    ...{ slot, announce, announced, steps },
    state: () => stored && { ...unpack(stored.bytes), version: stored.version },
    damage: () => {
      stored = stored && { bytes: Uint8Array.of(), version: stored.version };
    },
  };
};

type Memory = ReturnType<typeof memory>;

/** One run at an hour: it closes all hours before that hour; that hour and the next are open. */
const run = async (
  { slot, announce }: Pick<Memory, 'slot' | 'announce'>,
  hour: number,
  { relearn = false } = {},
) => {
  const state = await LearnedState.read(slot, unpack);
  const hours = (!relearn && state.known) || { openHour: OLDEST, learned: [] };
  const openHour = Math.max(hours.openHour, hour);
  const replay: Replay<number> = {
    hours: Array.from({ length: openHour + 2 - hours.openHour }, (_, i) => hours.openHour + i),
    openHour,
    replayHour: (one) => {
      hours.learned.push(one);
      return one;
    },
    close: () => {
      hours.openHour = openHour;
      return pack(hours);
    },
    announce,
  };
  return state.advance(hours, replay);
};

/** All hours from the oldest to before `end`. */
const until = (end: number): number[] => Array.from({ length: end - OLDEST }, (_, i) => OLDEST + i);

describe('a learned state', () => {
  it('contains closed hours only, but findings include open hours', async () => {
    const made = memory();
    expect(await run(made, OLDEST + 3)).toBe('written');
    expect(made.state()).toEqual({ openHour: OLDEST + 3, learned: until(OLDEST + 3), version: 1 });
    expect(made.announced).toEqual(until(OLDEST + 5));
  });

  it('continues from its last hour', async () => {
    const made = memory();
    await run(made, OLDEST + 3);
    made.announced.length = 0;
    await run(made, OLDEST + 4);
    expect(made.announced).toEqual([OLDEST + 3, OLDEST + 4, OLDEST + 5]);
    expect(made.state()).toMatchObject({ learned: until(OLDEST + 4), version: 2 });
  });

  it('is not written if no hour was closed', async () => {
    const made = memory();
    await run(made, OLDEST + 3);
    expect(await run(made, OLDEST + 3)).toBe('unchanged');
    expect(made.steps).toEqual(['announce', 'write', 'announce']);
  });

  it('is not written if the announcement fails', async () => {
    const made = memory();
    const announce = () => Promise.reject(new Error('no bus'));
    await expect(run({ ...made, announce }, OLDEST + 3)).rejects.toThrow('no bus');
    expect(made.state()).toBeUndefined();
  });

  it('of another run that was first is kept', async () => {
    const made = memory();
    const slow = {
      ...made,
      announce: async (found: readonly number[]) => {
        await run(made, OLDEST + 4);
        await made.announce(found);
      },
    };
    expect(await run(slow, OLDEST + 3)).toBe('outrun');
    expect(made.state()).toMatchObject({ openHour: OLDEST + 4, version: 1 });
  });

  it('has a reason if it is unknown', async () => {
    const made = memory();
    expect(await LearnedState.read(made.slot, unpack)).toMatchObject({
      known: undefined,
      missing: 'no state',
    });
    await run(made, OLDEST + 3);
    const { known, missing } = await LearnedState.read(made.slot, unpack);
    expect([known?.openHour, missing]).toEqual([OLDEST + 3, undefined]);
    made.damage();
    expect(await LearnedState.read(made.slot, unpack)).toMatchObject({
      known: undefined,
      missing: 'unreadable state',
    });
  });

  it('is not re-learned after an error other than damage', async () => {
    const made = memory();
    await run(made, OLDEST + 3);
    const unpackOrFail = () => {
      throw new TypeError('a fault of the program');
    };
    await expect(LearnedState.read(made.slot, unpackOrFail)).rejects.toThrow(TypeError);
  });

  it('keeps an hour open for a quarter of an hour after its end', () => {
    expect(openHourAt(500 * 3600 + 899)).toBe(499);
    expect(openHourAt(500 * 3600 + 900)).toBe(500);
  });
});

/** Fails before or after the announcement or the write, like a container that is stopped. */
const stopped = (made: Memory, at: string): Pick<Memory, 'slot' | 'announce'> => {
  const around = <Args extends readonly unknown[], Result>(
    name: string,
    step: (...args: Args) => Promise<Result>,
  ) => {
    return async (...args: Args): Promise<Result> => {
      if (at === `before ${name}`) throw new Error('stopped');
      const result = await step(...args);
      if (at === `after ${name}`) throw new Error('stopped');
      return result;
    };
  };
  return {
    slot: { read: around('read', made.slot.read), write: around('write', made.slot.write) },
    announce: around('announcement', made.announce),
  };
};

describe('a learned state with crashes, repeats and concurrent runs', () => {
  const events = fc.constantFrom(
    ...['run', 'skip', 'damage', 're-learn', 'after read'],
    ...['before announcement', 'after announcement', 'before write', 'after write'],
  );

  it('equals one that was learned without interruption, and every finding is announced', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(events, { maxLength: 20 }), async (plan) => {
        const made = memory();
        for (const [i, event] of plan.entries()) {
          const hour = OLDEST + 1 + i;
          if (event === 'skip') continue;
          if (event === 'damage') made.damage();
          else if (event === 'run' || event === 're-learn')
            await run(made, hour, { relearn: event === 're-learn' });
          else await run(stopped(made, event), hour).catch(() => undefined);
          // Everything stored has been announced.
          if (event !== 'damage')
            for (const learned of storedHours(made)) expect(made.announced).toContain(learned);
        }
        const end = OLDEST + 1 + plan.length;
        await run(made, end);
        expect(made.state()).toMatchObject({ openHour: end, learned: until(end) });
        expect(new Set(made.announced)).toEqual(new Set(until(end + 2)));
      }),
    );
  });

  it('is never mixed from several runs at once, and no write is lost', async () => {
    const hours = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 2, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), hours, fc.boolean(), async (scheduler, plan, relearn) => {
        const made = memory();
        const slot: StateSlot<number> = {
          read: scheduler.scheduleFunction(made.slot.read),
          write: scheduler.scheduleFunction(made.slot.write),
        };
        const raced = { slot, announce: scheduler.scheduleFunction(made.announce) };
        const runs = plan.map((hour, i) => run(raced, OLDEST + hour, { relearn: relearn && i === 0 }));
        const results = await scheduler.waitFor(Promise.all(runs));
        const { openHour, learned, version } = made.state() ?? { openHour: 0, learned: [], version: 0 };
        expect(learned).toEqual(until(openHour));
        expect(version).toBe(results.filter((result) => result === 'written').length);
        expect(version).toBeGreaterThan(0);
        await run(made, OLDEST + 7);
        expect(made.state()).toMatchObject({ openHour: OLDEST + 7, learned: until(OLDEST + 7) });
      }),
    );
  });
});

const storedHours = ({ state }: Memory): readonly number[] => {
  try {
    return state()?.learned ?? [];
  } catch {
    // Damaged earlier, and not yet re-learned.
    return [];
  }
};
