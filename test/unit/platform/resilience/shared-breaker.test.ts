import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { actionBreakerKey, type BreakerKey } from '../../../../core/platform/breaker-key.ts';
import { localBreaker, sharedBreaker } from '../../../../core/platform/resilience/breakers.ts';
import type { BreakerStore } from '../../../../core/platform/resilience/ports.ts';
import type { Sharing } from '../../../../core/platform/resilience/shared-cell.ts';
import { DependencyUnavailableError } from '../../../../core/shared/errors.ts';
import { type Breaker, BreakerOpenError, callThrough } from '../../../../core/shared/resilience/breaker.ts';
import { type BreakerRules, DEFAULT_BREAKERS } from '../../../../core/shared/resilience/breaker-rules.ts';
import { memoryBreakers } from '../../../fakes/breakers.ts';
import { memoryEvents, recordedTelemetry } from '../../../fakes/shared.ts';

const RULES: BreakerRules = {
  ...DEFAULT_BREAKERS.integrations,
  failures: 3,
  openSeconds: 10,
  successes: 2,
  probeSeconds: 30,
};
const PAGER: BreakerKey = { tenantId: 'ops', kind: 'integration', name: 'pager' };
const START = Date.parse('2026-03-01T12:00:00Z');

const down = async (): Promise<never> => {
  throw new DependencyUnavailableError('pager.example.com answers with status 503');
};
const up = async () => 'done';
const attempt = (breaker: Breaker, call: () => Promise<string>) =>
  callThrough(breaker, call).then(
    () => 'passed',
    (error: unknown) => (error instanceof BreakerOpenError ? 'refused' : 'failed'),
  );

/** A store that can be made unreachable. */
const breakable = (store: BreakerStore) => {
  const switches: { isDown: boolean } = { isDown: false };
  const unlessDown = async <T>(work: () => Promise<T>): Promise<T> => {
    if (switches.isDown) throw new DependencyUnavailableError('the table is throttled');
    return work();
  };
  return {
    switches,
    store: {
      get: (key: BreakerKey) => unlessDown(() => store.get(key)),
      replace: (next: Parameters<BreakerStore['replace']>[0]) => unlessDown(() => store.replace(next)),
    },
  };
};

const setUp = (sharing: Sharing = 'before-call') => {
  const shared = memoryBreakers();
  const { store, switches } = breakable(shared);
  const clock = { now: START };
  const { events, published } = memoryEvents();
  const { telemetry, counts, lines } = recordedTelemetry();
  /** A breaker of another process, whose clock may differ. */
  const container = (skewMs = 0, key = PAGER) =>
    sharedBreaker({ rules: RULES, store, events, telemetry, now: () => clock.now + skewMs }, key, sharing);
  const fail = async (breaker: Breaker, times = 3) => {
    for (let i = 0; i < times; i++) await attempt(breaker, down);
  };
  return { shared, switches, clock, published, counts, lines, container, fail, events };
};

describe('containers that share a breaker', () => {
  it('stay closed without a write and with one read in five seconds', async () => {
    const { shared, container } = setUp();
    const breaker = container();
    for (let i = 0; i < 50; i++) await attempt(breaker, up);
    expect(shared.reads()).toBe(1);
    expect(await shared.get(PAGER)).toBeUndefined();
  });

  it('do not even read it for frequent calls, until one fails', async () => {
    const { shared, container } = setUp('after-failure');
    const breaker = container();
    for (let i = 0; i < 50; i++) await attempt(breaker, up);
    expect(shared.reads()).toBe(0);
    await attempt(breaker, down);
    expect(await shared.get(PAGER)).toMatchObject({ state: { phase: 'closed', failures: 1 }, version: 1 });
  });

  it('refuse calls in a cold container once it is open', async () => {
    const { container, fail } = setUp();
    await fail(container());
    const call = vi.fn(up);
    expect(await attempt(container(), call)).toBe('refused');
    expect(call).not.toHaveBeenCalled();
  });

  it('with frequent calls learn from the first failure that it is open', async () => {
    const { container, fail } = setUp('after-failure');
    await fail(container());
    const cold = container();
    expect(await attempt(cold, down)).toBe('failed');
    expect(await attempt(cold, up)).toBe('refused');
  });

  it('add up failures of containers that live for one call', async () => {
    const { container, fail } = setUp();
    for (let i = 0; i < 3; i++) await fail(container(), 1);
    expect(await attempt(container(), up)).toBe('refused');
  });

  it('announce each change once, with its reason', async () => {
    const { container, fail, published, counts, clock } = setUp();
    const breakers = [container(), container(), container()];
    await Promise.all(breakers.map((breaker) => fail(breaker, 5)));
    clock.now += 10_000;
    for (let i = 0; i < 3; i++) for (const breaker of breakers) await attempt(breaker, up);
    const fields = { tenantId: 'ops', kind: 'integration', name: 'pager' };
    expect(published).toEqual([
      {
        ...{ name: 'BreakerOpened', source: 'forestall.platform' },
        detail: {
          ...{ id: `BreakerOpened/ops/integration/pager/${START}`, ...fields },
          ...{ occurredAt: '2026-03-01T12:00:00.000Z', retryAt: '2026-03-01T12:00:10.000Z' },
          reason: 'pager.example.com answers with status 503',
        },
      },
      {
        ...{ name: 'BreakerClosed', source: 'forestall.platform' },
        detail: {
          ...{ id: `BreakerClosed/ops/integration/pager/${START}`, ...fields },
          ...{ occurredAt: '2026-03-01T12:00:10.000Z', openedAt: '2026-03-01T12:00:00.000Z' },
        },
      },
    ]);
    expect(counts).toEqual({ BreakerOpened: 1, BreakerClosed: 1 });
  });

  it('let one probe pass in all', async () => {
    const { container, fail, clock } = setUp();
    await fail(container());
    clock.now += 10_000;
    let [running, most] = [0, 0];
    const slow = async () => {
      most = Math.max(most, ++running);
      await new Promise((done) => setImmediate(done));
      running--;
      return 'done';
    };
    const results = await Promise.all(Array.from({ length: 8 }, () => attempt(container(), slow)));
    expect(most).toBe(1);
    expect(results.filter((result) => result === 'passed')).toHaveLength(1);
  });

  it('take over a probe whose container died', async () => {
    const { container, fail, clock, shared } = setUp();
    await fail(container());
    clock.now += 10_000;
    void attempt(container(), () => new Promise(() => undefined));
    await new Promise((done) => setImmediate(done));
    expect(await shared.get(PAGER)).toMatchObject({ state: { phase: 'half-open' } });
    clock.now += 29_999;
    expect(await attempt(container(), up)).toBe('refused');
    clock.now += 1;
    expect(await attempt(container(), up)).toBe('passed');
  });

  it('ignore the result of a probe that another container took over', async () => {
    const { container, fail, clock, shared, lines } = setUp();
    await fail(container());
    clock.now += 10_000;
    const { promise, reject } = Promise.withResolvers<string>();
    const lost = attempt(container(), () => promise);
    await new Promise((done) => setImmediate(done));
    clock.now += 30_000;
    const other = container();
    for (let i = 0; i < 2; i++) expect(await attempt(other, up)).toBe('passed');
    const logged = lines.length;
    reject(new DependencyUnavailableError('reset'));
    expect(await lost).toBe('failed');
    expect(lines).toHaveLength(logged);
    expect(await shared.get(PAGER)).toMatchObject({ state: { phase: 'closed', failures: 0 } });
  });

  it('are not affected by an event that cannot be published', async () => {
    const { container, fail, counts, events } = setUp();
    events.publish = () => Promise.reject(new DependencyUnavailableError('the bus is down'));
    const breaker = container();
    await fail(breaker);
    expect(await attempt(breaker, up)).toBe('refused');
    expect(counts).toMatchObject({ BreakerUnannounced: 1 });
  });

  it('keep breakers of tenants and of dependencies apart', async () => {
    const { container, fail } = setUp();
    const key = (tenantId: string) => actionBreakerKey(tenantId, 'restart-service', 'ecs-service');
    await fail(container(0, key('acme')));
    expect(await attempt(container(0, key('acme')), up)).toBe('refused');
    expect(await attempt(container(0, key('globex')), up)).toBe('passed');
    expect(await attempt(container(0, { ...key('acme'), name: 'restart-service on ec2-instance' }), up)).toBe(
      'passed',
    );
  });
});

describe('while the shared state is unavailable', () => {
  it('ordinary calls go by what this process knows, which is counted, and stored later', async () => {
    const { container, fail, switches, clock, counts, shared } = setUp();
    const breaker = container();
    switches.isDown = true;
    expect(await attempt(breaker, up)).toBe('passed');
    await fail(breaker);
    expect(await attempt(breaker, up)).toBe('refused');
    expect(counts.BreakerStateUnavailable).toBeGreaterThan(0);
    switches.isDown = false;
    clock.now += 6_000;
    expect(await attempt(breaker, up)).toBe('refused');
    expect(await shared.get(PAGER)).toMatchObject({ state: { phase: 'open' } });
    clock.now += 4_000;
    for (let i = 0; i < 2; i++) expect(await attempt(breaker, up)).toBe('passed');
    expect(await shared.get(PAGER)).toMatchObject({ state: { phase: 'closed' } });
  });

  it('goes by the stored state again, if another process stored one meanwhile', async () => {
    const { container, fail, switches, clock, shared } = setUp();
    const [cut, other] = [container(), container()];
    switches.isDown = true;
    await fail(cut);
    switches.isDown = false;
    await fail(other);
    clock.now += 10_000;
    for (let i = 0; i < 2; i++) await attempt(other, up);
    expect(await shared.get(PAGER)).toMatchObject({ state: { phase: 'closed' } });
    expect(await attempt(cut, up)).toBe('passed');
  });

  it('calls that must not be made on a guess fail, and nothing is called', async () => {
    const { container, switches } = setUp('always');
    const breaker = container();
    switches.isDown = true;
    const call = vi.fn(up);
    await expect(callThrough(breaker, call)).rejects.toThrow(
      'integration pager is not called: the state of its circuit breaker is unavailable',
    );
    expect(call).not.toHaveBeenCalled();
  });

  it('such a call that was made keeps its result', async () => {
    const { container, switches, counts } = setUp('always');
    const breaker = container();
    const failing = async () => {
      switches.isDown = true;
      return down();
    };
    await expect(callThrough(breaker, failing)).rejects.toThrow('status 503');
    expect(counts.BreakerStateUnavailable).toBe(1);
  });
});

describe('any number of containers, with clocks up to 5 s apart', () => {
  const sequence = fc.array(
    fc.record({
      container: fc.nat(4),
      isUp: fc.boolean(),
      afterMs: fc.integer({ min: 0, max: 15_000 }),
      storeIsDown: fc.boolean(),
    }),
    { maxLength: 80 },
  );
  const skews = fc.array(fc.integer({ min: -5_000, max: 5_000 }), { minLength: 1, maxLength: 5 });

  const replay = async (
    steps: readonly { container: number; isUp: boolean; afterMs: number; storeIsDown: boolean }[],
    clocks: readonly number[],
    hasOutages: boolean,
  ) => {
    const world = setUp();
    const containers = clocks.map((skew) => world.container(skew));
    for (const { container, isUp, afterMs, storeIsDown } of steps) {
      world.clock.now += afterMs;
      world.switches.isDown = hasOutages && storeIsDown;
      await attempt(containers[container % containers.length]!, isUp ? up : down);
    }
    world.switches.isDown = false;
    return { ...world, containers };
  };

  it('all pass again once the dependency works, within the longest wait and the cache', async () => {
    const property = fc.asyncProperty(sequence, skews, fc.boolean(), async (steps, clocks, hasOutages) => {
      const { clock, containers } = await replay(steps, clocks, hasOutages);
      clock.now += (RULES.maxOpenSeconds + RULES.cacheSeconds) * 1000 + 10_000;
      for (let round = 0; round < 3; round++) {
        for (const breaker of containers) await attempt(breaker, up);
        clock.now += RULES.cacheSeconds * 1000;
      }
      for (const breaker of containers) expect(await attempt(breaker, up)).toBe('passed');
    });
    await fc.assert(property, { numRuns: 150 });
  });

  it('all refuse once it is open, after the time of the cache at the latest', async () => {
    const property = fc.asyncProperty(sequence, skews, async (steps, clocks) => {
      const { clock, containers, shared } = await replay(steps, clocks, false);
      for (let i = 0; i < 40 && (await shared.get(PAGER))?.state.phase !== 'open'; i++)
        await attempt(containers[0]!, down);
      const stored = await shared.get(PAGER);
      if (stored?.state.phase !== 'open') return;
      clock.now += RULES.cacheSeconds * 1000;
      for (const [index, breaker] of containers.entries()) {
        const isEarly = clock.now + clocks[index % clocks.length]! < stored.state.retryAt;
        if (isEarly) expect(await attempt(breaker, up)).toBe('refused');
      }
    });
    await fc.assert(property, { numRuns: 150 });
  });

  it('a clock that is a day ahead cannot keep others from probing', async () => {
    const { container, fail, clock } = setUp();
    await fail(container(86_400_000));
    const breaker = container();
    expect(await attempt(breaker, up)).toBe('refused');
    clock.now += RULES.maxOpenSeconds * 1000;
    expect(await attempt(breaker, up)).toBe('passed');
  });
});

describe('a breaker of one process', () => {
  it('logs and counts when it opens and closes, and each failed probe', async () => {
    const { telemetry, counts, lines } = recordedTelemetry();
    const clock = { now: START };
    const breaker = localBreaker({ rules: RULES, telemetry, now: () => clock.now }, 'service s3');
    for (let i = 0; i < 3; i++) await attempt(breaker, down);
    clock.now += 10_000;
    await attempt(breaker, down);
    clock.now += 20_000;
    for (let i = 0; i < 2; i++) await attempt(breaker, up);
    expect(counts).toEqual({ BreakerOpened: 1, BreakerClosed: 1 });
    const reason = 'pager.example.com answers with status 503';
    expect(lines.map(({ message, fields }) => ({ message, ...fields }))).toEqual([
      {
        ...{ message: 'circuit breaker open', dependency: 'service s3', reason },
        ...{ retryAt: '2026-03-01T12:00:10.000Z', rounds: 1, successes: 0 },
      },
      {
        ...{ message: 'circuit breaker open', dependency: 'service s3', reason },
        ...{ retryAt: '2026-03-01T12:00:30.000Z', rounds: 2, successes: 0 },
      },
      expect.objectContaining({ message: 'circuit breaker open', successes: 1 }),
      { message: 'circuit breaker closed', dependency: 'service s3' },
    ]);
  });
});
