import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  ConflictError,
  DependencyUnavailableError,
  InvalidInputError,
} from '../../../../core/shared/errors.ts';
import {
  type BreakerCell,
  BreakerOpenError,
  CircuitBreaker,
  callThrough,
  resultOfError,
} from '../../../../core/shared/resilience/breaker.ts';
import { type BreakerRules, DEFAULT_BREAKERS } from '../../../../core/shared/resilience/breaker-rules.ts';
import { memoryCell } from '../../../../core/shared/resilience/memory-cell.ts';

const RULES: BreakerRules = { ...DEFAULT_BREAKERS.integrations, failures: 3, openSeconds: 10, successes: 2 };
const down = async (): Promise<never> => {
  throw new DependencyUnavailableError('pager answers with status 503');
};
const up = async () => 'done';

const setUp = (cell: BreakerCell = memoryCell()) => {
  const clock = { now: 1_000_000 };
  const changes: string[] = [];
  const unrecorded: unknown[] = [];
  const breaker = new CircuitBreaker({
    ...{ name: 'integration pager', cell, rules: RULES, now: () => clock.now },
    changed: async (before, after) => void changes.push(`${before.phase} to ${after.phase}`),
    unrecorded: (error) => unrecorded.push(error),
  });
  const fails = (count: number) =>
    Promise.allSettled(Array.from({ length: count }, () => callThrough(breaker, down)));
  return { clock, breaker, changes, unrecorded, fails };
};

/** A call that ends when it is told to. */
const pending = () => {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  return { call: vi.fn(() => promise), resolve, reject };
};
const settle = () => new Promise((done) => setImmediate(done));

describe('a circuit breaker', () => {
  it('returns what a call returns, and throws what it throws', async () => {
    const { breaker } = setUp();
    await expect(callThrough(breaker, up)).resolves.toBe('done');
    await expect(callThrough(breaker, down)).rejects.toThrow('status 503');
  });

  it('fails fast while it is open: the dependency is not called, and the error says why and until when', async () => {
    const { breaker, clock, fails, changes } = setUp();
    await fails(3);
    const call = vi.fn(up);
    clock.now += 9_999;
    const refusal = await callThrough(breaker, call).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(BreakerOpenError);
    expect(refusal).toMatchObject({ name: 'DependencyUnavailableError', retryAt: 1_010_000 });
    expect(String(refusal)).toBe(
      'DependencyUnavailableError: integration pager is not called before 1970-01-01T00:16:50.000Z, because it failed repeatedly: pager answers with status 503',
    );
    expect(call).not.toHaveBeenCalled();
    expect(changes).toEqual(['closed to open']);
  });

  it('closes again by probes', async () => {
    const { breaker, clock, fails, changes } = setUp();
    await fails(3);
    clock.now += 10_000;
    await callThrough(breaker, up);
    await callThrough(breaker, up);
    expect(changes).toEqual([
      ...['closed to open', 'open to half-open', 'half-open to open'],
      ...['open to half-open', 'half-open to closed'],
    ]);
    await Promise.all(Array.from({ length: 20 }, () => callThrough(breaker, up)));
  });

  it('counts failures of calls that run at once', async () => {
    const { breaker, fails } = setUp();
    await fails(40);
    await expect(callThrough(breaker, up)).rejects.toBeInstanceOf(BreakerOpenError);
  });

  it('passes one probe at a time', async () => {
    const { breaker, clock, fails } = setUp();
    await fails(3);
    clock.now += 10_000;
    const probe = pending();
    const first = callThrough(breaker, probe.call);
    await settle();
    const others = await Promise.allSettled(Array.from({ length: 10 }, () => callThrough(breaker, up)));
    expect(others.every(({ status }) => status === 'rejected')).toBe(true);
    // Not even if the probe counts as lost for others: it still runs here.
    clock.now += 61_000;
    await expect(callThrough(breaker, up)).rejects.toBeInstanceOf(BreakerOpenError);
    probe.resolve('late');
    await expect(first).resolves.toBe('late');
    await expect(callThrough(breaker, up)).resolves.toBe('done');
  });

  it('is not opened by errors of the caller', async () => {
    const { breaker } = setUp();
    const refusals = [
      ...[new InvalidInputError('status 400'), new ConflictError('lost'), new TypeError('bug')],
      new BreakerOpenError('another', 0, ''),
    ];
    for (const refusal of [...refusals, ...refusals])
      await expect(callThrough(breaker, () => Promise.reject(refusal))).rejects.toBe(refusal);
    await expect(callThrough(breaker, up)).resolves.toBe('done');
  });

  it('keeps the result of a call that could not be recorded', async () => {
    const broken: BreakerCell = { ...memoryCell(), write: () => Promise.reject(new Error('no store')) };
    const { breaker, unrecorded } = setUp(broken);
    await expect(callThrough(breaker, down)).rejects.toThrow('status 503');
    expect(unrecorded).toEqual([new Error('no store')]);
  });

  it('drops a result after losing many races', async () => {
    const cell = memoryCell();
    const write = vi.fn(async () => undefined);
    const { breaker, unrecorded } = setUp({ ...cell, write });
    await expect(callThrough(breaker, down)).rejects.toThrow('status 503');
    expect(write).toHaveBeenCalledTimes(5);
    expect(unrecorded).toEqual([]);
  });

  it('frees the place of a probe that could not be claimed', async () => {
    const cell = memoryCell();
    let isBroken: boolean = false;
    const write: BreakerCell['write'] = (next, seen) =>
      isBroken ? Promise.reject(new Error('no store')) : cell.write(next, seen);
    const { breaker, clock, fails } = setUp({ ...cell, write });
    await fails(3);
    clock.now += 10_000;
    isBroken = true;
    await expect(callThrough(breaker, up)).rejects.toThrow('no store');
    isBroken = false;
    await expect(callThrough(breaker, up)).resolves.toBe('done');
  });
});

describe('calls that overlap in any order', () => {
  it('include at most one probe, and none before its time', async () => {
    const step = fc.record({
      kind: fc.constantFrom('call', 'call', 'end'),
      index: fc.nat(9),
      result: fc.constantFrom('answer', 'failure', 'failure', 'bug'),
      afterMs: fc.integer({ min: 0, max: 8_000 }),
    });
    const property = fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const cell = memoryCell();
      const { breaker, clock } = setUp(cell);
      const running: { readonly isProbe: boolean; readonly end: (result: string) => void }[] = [];
      for (const { kind, index, result, afterMs } of steps) {
        clock.now += afterMs;
        if (kind === 'end') running.splice(index % (running.length || 1), 1)[0]?.end(result);
        else {
          const { state } = await cell.read('cached');
          const call = pending();
          callThrough(breaker, call.call).catch(() => undefined);
          await settle();
          if (call.call.mock.calls.length === 0) continue;
          const isProbe = state.phase !== 'closed';
          if (state.phase !== 'closed') expect(clock.now).toBeGreaterThanOrEqual(state.retryAt);
          const error = { failure: new DependencyUnavailableError('down'), bug: new Error('bug') };
          const end = (how: string) =>
            how === 'failure' || how === 'bug' ? call.reject(error[how]) : call.resolve('done');
          running.push({ isProbe, end });
          expect(running.filter((each) => each.isProbe).length).toBeLessThanOrEqual(1);
        }
        await settle();
      }
      for (const { end } of running) end('answer');
    });
    await fc.assert(property, { numRuns: 200 });
  });
});

describe('resultOfError', () => {
  it.each([
    [new DependencyUnavailableError('down'), 'failed'],
    [new InvalidInputError('bad'), 'answered'],
    [new ConflictError('lost'), 'answered'],
    [new BreakerOpenError('x', 0, ''), 'unknown'],
    [new TypeError('x is undefined'), 'unknown'],
    ['text', 'unknown'],
  ] as const)('%s: %s', (error, result) => {
    expect(resultOfError(error)).toBe(result);
  });
});
