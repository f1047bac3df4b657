import { describe, expect, it } from 'vitest';
import type { BreakerKey } from '../../../../core/platform/breaker-key.ts';
import type { BreakerStore } from '../../../../core/platform/resilience/ports.ts';
import { SharedCell, type Sharing } from '../../../../core/platform/resilience/shared-cell.ts';
import { DEFAULT_BREAKERS } from '../../../../core/shared/resilience/breaker-rules.ts';
import type { BreakerState } from '../../../../core/shared/resilience/breaker-state.ts';
import { memoryBreakers } from '../../../fakes/breakers.ts';

const key: BreakerKey = { tenantId: 'ops', kind: 'integration', name: 'pager' };
const failures = (count: number): BreakerState => ({
  ...{ phase: 'closed', since: 0, failures: count, failedAt: 1 },
});

const setUp = (sharing: Sharing = 'before-call', over: Partial<BreakerStore> = {}) => {
  const shared = memoryBreakers();
  const clock = { now: 1_000_000 };
  const lost: unknown[] = [];
  const make = (store: BreakerStore) =>
    new SharedCell({
      ...{ key, store, rules: DEFAULT_BREAKERS.integrations, sharing, now: () => clock.now },
      unreachable: (error) => lost.push(error),
    });
  return { shared, clock, lost, cell: make({ ...shared, ...over }), other: make(shared) };
};

/** Another process stores a state. */
const storeElsewhere = async (other: SharedCell, state: BreakerState) => {
  await other.write(state, await other.read('fresh'));
};

describe('a shared cell', () => {
  it('stores no state that follows one which is no longer known', async () => {
    const { cell, other, shared } = setUp();
    const before = await cell.read('cached');
    await storeElsewhere(other, failures(1));
    await cell.read('fresh');
    expect(await cell.write(failures(9), before)).toBeUndefined();
    expect(await shared.get(key)).toMatchObject({ state: failures(1), version: 1 });
  });

  it('keeps what was written here while an earlier state was read', async () => {
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    let isSlow: boolean = false;
    const inner = memoryBreakers();
    const get: BreakerStore['get'] = async (wanted) => {
      const found = await inner.get(wanted);
      if (isSlow) await held;
      return found;
    };
    const { cell } = setUp('before-call', { get, replace: inner.replace });
    const first = await cell.write(failures(1), await cell.read('fresh'));
    isSlow = true;
    const reading = cell.read('fresh');
    await new Promise((done) => setImmediate(done));
    await cell.write(failures(2), first!);
    await cell.write(failures(3), await cell.read('cached'));
    release();
    expect((await reading).state).toEqual(failures(3));
    expect(await inner.get(key)).toMatchObject({ version: 3 });
  });

  it('is read again after the time of the cache, and if the clock was set back', async () => {
    const { cell, clock, shared } = setUp();
    const readsAt = async (now: number) => {
      clock.now = now;
      await cell.read('cached');
      return shared.reads();
    };
    const reads: number[] = [];
    for (const now of [1_000_000, 1_004_999, 1_005_000, 900_000, 900_001]) reads.push(await readsAt(now));
    expect(reads).toEqual([1, 1, 2, 3, 3]);
  });

  it('is read before each call that must not be made on a guess', async () => {
    const { cell, other } = setUp('always');
    await cell.read('cached');
    await storeElsewhere(other, failures(2));
    expect((await cell.read('cached')).state).toEqual(failures(2));
  });

  it('begins anew after its item expired', async () => {
    const { cell, shared } = setUp();
    await cell.write(failures(1), await cell.read('fresh'));
    await cell.write(failures(2), await cell.read('cached'));
    shared.expire();
    expect((await cell.read('fresh')).state).toMatchObject({ failures: 0 });
    expect(await cell.write(failures(1), await cell.read('cached'))).toBeDefined();
    expect(await shared.get(key)).toMatchObject({ version: 1 });
  });
});
