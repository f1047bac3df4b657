import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunksOf, inParallel } from '../../../core/shared/in-parallel.ts';

describe('inParallel', () => {
  it('returns results in the order of the items, however long each takes', async () => {
    const property = fc.asyncProperty(
      fc.array(fc.nat(4), { maxLength: 20 }),
      fc.integer({ min: 1, max: 8 }),
      async (delays, limit) => {
        const results = await inParallel(limit, delays, async (turns) => {
          for (let turn = 0; turn < turns; turn++) await Promise.resolve();
          return turns;
        });
        expect(results).toEqual(delays);
      },
    );
    await fc.assert(property);
  });

  it('runs as many at once as the limit allows, and no more', async () => {
    let [running, most] = [0, 0];
    await inParallel(3, Array.from({ length: 10 }), async () => {
      most = Math.max(most, ++running);
      await new Promise((done) => setImmediate(done));
      running--;
    });
    expect(most).toBe(3);
  });

  it('rejects with the first error', async () => {
    const work = async (item: number) => {
      if (item === 2) throw new Error('second');
      return item;
    };
    await expect(inParallel(1, [1, 2, 3], work)).rejects.toThrow('second');
  });

  it('takes items only when they can start, from a generator', async () => {
    let [active, most, taken] = [0, 0, 0];
    const done: number[] = [];
    function* items() {
      for (let i = 0; i < 20; i++) {
        taken++;
        yield i;
      }
    }
    await inParallel(3, items(), async (item) => {
      most = Math.max(most, ++active);
      expect(taken - done.length).toBeLessThanOrEqual(4);
      await new Promise((resolve) => setImmediate(resolve));
      active--;
      done.push(item);
    });
    expect(most).toBe(3);
    expect(done.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it('starts nothing after the first error, and throws it once the running items have ended', async () => {
    const finished: number[] = [];
    const work = inParallel(2, [1, 2, 3, 4, 5, 6], async (item) => {
      await new Promise((resolve) => setImmediate(resolve));
      if (item === 2) throw new Error('two');
      finished.push(item);
    });
    await expect(work).rejects.toThrow('two');
    expect(finished).toContain(1);
    expect(finished).not.toContain(6);
  });

  it('reads an asynchronous source, and closes it after an error', async () => {
    let closed = false;
    async function* source() {
      try {
        for (let i = 0; ; i++) yield i;
      } finally {
        closed = true;
      }
    }
    const work = inParallel(2, source(), async (item) => {
      if (item === 5) throw new Error('five');
    });
    await expect(work).rejects.toThrow('five');
    expect(closed).toBe(true);
  });

  it('throws the error of the source', async () => {
    async function* broken() {
      yield 1;
      throw new Error('unreadable');
    }
    await expect(inParallel(2, broken(), async () => 0)).rejects.toThrow('unreadable');
  });

  it('does nothing without items', async () => {
    expect(await inParallel(4, [], async () => 1)).toEqual([]);
  });
});

describe('chunksOf', () => {
  it('keeps every item in order, in full chunks except the last', () => {
    const property = fc.property(fc.array(fc.nat()), fc.integer({ min: 1, max: 9 }), (items, size) => {
      const chunks = chunksOf(size, items);
      expect(chunks.flat()).toEqual(items);
      for (const chunk of chunks.slice(0, -1)) expect(chunk).toHaveLength(size);
      if (items.length > 0) expect(chunks.at(-1)?.length).toBeGreaterThan(0);
    });
    fc.assert(property);
  });
});
