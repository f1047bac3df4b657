import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  leasedQuotas,
  maxPortionOf,
  uncheckedUnitsOf,
} from '../../../../core/platform/access/leased-quotas.ts';
import type { QuotaLedger } from '../../../../core/platform/access/ports.ts';
import type { Quotas, QuotaWindow } from '../../../../core/platform/api/quotas.ts';
import { DependencyUnavailableError } from '../../../../core/shared/errors.ts';
import { DEFAULT_QUOTAS } from '../../../../lib/config/default-quotas.ts';
import { recordedTelemetry } from '../../../fakes/shared.ts';

/** The table of quotas: per tenant and window, a counter and the things that were noted. */
const memoryLedger = () => {
  const drawn = new Map<string, number>();
  const things = new Map<string, Set<string>>();
  const state = { writes: 0, isDown: false as boolean };
  const answer = (): void => {
    if (state.isDown) throw new DependencyUnavailableError('drawing from a quota: throttled');
  };
  const keyOf = (tenantId: string, { name, startsAt }: QuotaWindow) => `${tenantId} ${name} ${startsAt}`;
  const thingsOf = (key: string): Set<string> => {
    const known = things.get(key) ?? new Set();
    things.set(key, known);
    return known;
  };
  const ledger: QuotaLedger = {
    draw: async (tenantId, window, units) => {
      answer();
      state.writes++;
      const key = keyOf(tenantId, window);
      const before = drawn.get(key) ?? 0;
      drawn.set(key, before + units);
      return before;
    },
    noted: async (tenantId, window, ids) => {
      answer();
      return new Set(ids.filter((id) => thingsOf(keyOf(tenantId, window)).has(id)));
    },
    note: async (tenantId, window, ids) => {
      answer();
      const known = thingsOf(keyOf(tenantId, window));
      const repeated = ids.filter((id) => known.has(id));
      for (const id of ids) known.add(id);
      return new Set(repeated);
    },
  };
  return { ledger, state, thingsOf };
};

const setup = (pointsPerMinute: number, more: Partial<Quotas> = {}) => {
  const { ledger, state, thingsOf } = memoryLedger();
  const log = recordedTelemetry();
  const quotas = { ...DEFAULT_QUOTAS, pointsPerMinute, ...more };
  const container = () => leasedQuotas(ledger, quotas, log.telemetry);
  return { container, state, ledger, log, thingsOf };
};

const POINTS = 'pointsPerMinute';

describe('a leased quota', () => {
  it('needs few writes for the pushes of a thousand hosts', async () => {
    const { container, state } = setup(600_000);
    const quotas = container();
    for (let host = 0; host < 1_000; host++) expect(await quotas.take('acme', POINTS, 10, 0)).toBe(true);
    expect(state.writes).toBe(6);
  });

  it('needs a write for each request of a quota that is too small for portions', async () => {
    const { container, state } = setup(12);
    const quotas = container();
    for (let run = 0; run < 12; run++) expect(await quotas.take('acme', POINTS, 1, 0)).toBe(true);
    expect(await quotas.take('acme', POINTS, 1, 0)).toBe(false);
    expect(state.writes).toBe(12);
  });

  it('refuses without a request once the window is used up, until the next window and for that tenant alone', async () => {
    const { container, state } = setup(100);
    const quotas = container();
    expect(await quotas.take('acme', POINTS, 100, 0)).toBe(true);
    expect(quotas.isSpent('acme', POINTS, 59_999)).toBe(true);
    expect(await quotas.take('acme', POINTS, 1, 59_999)).toBe(false);
    expect(state.writes).toBe(1);
    expect(quotas.isSpent('acme', POINTS, 60_000)).toBe(false);
    expect(quotas.isSpent('globex', POINTS, 0)).toBe(false);
    expect(await quotas.take('acme', POINTS, 1, 60_000)).toBe(true);
  });

  it('refuses more than a whole window allows without a request', async () => {
    const { container, state } = setup(100);
    expect(await container().take('acme', POINTS, 101, 0)).toBe(false);
    expect(state.writes).toBe(0);
  });

  it('charges for work that was done, also beyond the quota', async () => {
    const { container } = setup(1_000);
    const [one, other] = [container(), container()];
    await one.take('acme', POINTS, 1, 0);
    await one.charge('acme', POINTS, 995, 0);
    expect(await other.take('acme', POINTS, 5, 0)).toBe(false);
    await one.charge('acme', POINTS, 500, 0);
    expect(one.isSpent('acme', POINTS, 0)).toBe(true);
  });

  const requests = fc.array(fc.record({ container: fc.nat(7), units: fc.integer({ min: 1, max: 40 }) }), {
    minLength: 1,
    maxLength: 400,
  });

  it('never gives more than the quota, and refuses only if the unused rest fits into the leases', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5_000 }), requests, async (quota, sent) => {
        const { container } = setup(quota);
        const containers = Array.from({ length: 8 }, container);
        const maxUnits = Math.max(...sent.map(({ units }) => units));
        let granted = 0;
        for (const { container: index, units } of sent) {
          if (await containers[index]!.take('acme', POINTS, units, 0)) granted += units;
          else if (units <= quota)
            expect(quota - granted).toBeLessThanOrEqual(8 * maxPortionOf(quota) + 8 * (maxUnits - 1));
          expect(granted).toBeLessThanOrEqual(quota);
        }
      }),
    );
  });

  it('never gives more than the quota to requests at the same time', async () => {
    const { container } = setup(1_000);
    const containers = Array.from({ length: 5 }, container);
    const taken = await Promise.all(
      Array.from({ length: 2_000 }, (_, i) => containers[i % 5]!.take('acme', POINTS, 1, 0)),
    );
    expect(taken.filter(Boolean).length).toBeLessThanOrEqual(1_000);
    expect(taken.filter(Boolean).length).toBeGreaterThanOrEqual(1_000 - 5 * maxPortionOf(1_000));
  });

  it('costs a tenant at most one portion if a container crashes', async () => {
    const { container } = setup(10_000);
    const [crashing, other] = [container(), container()];
    let granted = 0;
    for (let i = 0; i < 500; i++) if (await crashing.take('acme', POINTS, 7, 0)) granted += 7;
    while (await other.take('acme', POINTS, 1, 0)) granted++;
    expect(10_000 - granted).toBeLessThanOrEqual(maxPortionOf(10_000));
  });

  it('forgets the oldest tenants when it knows too many', async () => {
    const { container, state } = setup(100_000);
    const quotas = container();
    for (let i = 0; i <= 10_000; i++) await quotas.take(`tenant-${i}`, POINTS, 1, 0);
    const { writes } = state;
    await quotas.take('tenant-10000', POINTS, 1, 0);
    expect(state.writes).toBe(writes);
    await quotas.take('tenant-0', POINTS, 1, 0);
    expect(state.writes).toBe(writes + 1);
  });
});

const TARGETS = 'newTargetsPerDay';
const hosts = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, i) => `host-${from + i}`);

describe('a quota of distinct things', () => {
  it('charges a target that is not stored yet once a day, whatever containers receive it', async () => {
    const { container } = setup(100, { newTargetsPerDay: 1_000 });
    for (let round = 0; round < 50; round++)
      expect(await container().takeEach('acme', TARGETS, hosts(100), round * 1_000)).toEqual([]);
    expect(await container().takeEach('acme', TARGETS, hosts(800, 100), 60_000)).toEqual([]);
    expect(await container().takeEach('globex', TARGETS, hosts(1_000), 60_000)).toEqual([]);
  });

  it('accepts what the quota has left, and refuses the rest until the next window', async () => {
    const { container } = setup(100, { newTargetsPerDay: 10 });
    const quotas = container();
    expect(await quotas.takeEach('acme', TARGETS, hosts(8), 0)).toEqual([]);
    expect(await quotas.takeEach('acme', TARGETS, hosts(6, 6), 0)).toEqual(['host-10', 'host-11']);
    expect(await quotas.takeEach('acme', TARGETS, hosts(12), 0)).toEqual(['host-10', 'host-11']);
    expect(await quotas.takeEach('acme', TARGETS, ['host-11', 'host-11'], 86_400_000)).toEqual([]);
  });

  it('refunds a unit that two containers drew for the same thing at the same moment', async () => {
    const { container, ledger } = setup(100, { newTargetsPerDay: 2 });
    const { noted } = ledger;
    const quotas = container();
    ledger.noted = async () => new Set();
    expect(await quotas.takeEach('acme', TARGETS, ['a'], 0)).toEqual([]);
    expect(await quotas.takeEach('acme', TARGETS, ['a'], 0)).toEqual([]);
    ledger.noted = noted;
    expect(await quotas.takeEach('acme', TARGETS, ['b', 'c'], 0)).toEqual(['c']);
  });

  it('never accepts more things than the quota, refuses only if the rest is leased, and never a thing twice', async () => {
    const sent = fc.array(
      fc.record({
        container: fc.nat(3),
        ids: fc.array(fc.nat(60).map(String), { minLength: 1, maxLength: 12 }),
      }),
      { minLength: 1, maxLength: 80 },
    );
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 80 }), sent, async (newTargetsPerDay, requests) => {
        const { container } = setup(100, { newTargetsPerDay });
        const containers = Array.from({ length: 4 }, container);
        const accepted = new Set<string>();
        for (const { container: index, ids } of requests) {
          const refused = await containers[index]!.takeEach('acme', TARGETS, ids, 0);
          for (const id of refused) expect(accepted.has(id)).toBe(false);
          for (const id of ids) if (!refused.includes(id)) accepted.add(id);
          expect(accepted.size).toBeLessThanOrEqual(newTargetsPerDay);
          if (refused.length > 0)
            expect(newTargetsPerDay - accepted.size).toBeLessThanOrEqual(3 * maxPortionOf(newTargetsPerDay));
        }
      }),
    );
  });
});

describe('while the ledger is unavailable', () => {
  it('a container uses a tenth of the quota unchecked, which is counted, and then fails', async () => {
    const { container, state, log } = setup(1_000);
    const quotas = container();
    expect(await quotas.take('acme', POINTS, 1, 0)).toBe(true);
    state.isDown = true;
    for (let i = 0; i < uncheckedUnitsOf(1_000); i++)
      expect(await quotas.take('acme', POINTS, 1, 0)).toBe(true);
    await expect(quotas.take('acme', POINTS, 1, 0)).rejects.toThrow(DependencyUnavailableError);
    expect(log.counts.QuotasUnchecked).toBe(1);
    expect(await quotas.take('acme', POINTS, 100, 60_000), 'the next minute').toBe(true);
    expect(await quotas.take('globex', POINTS, 100, 0), 'another tenant').toBe(true);
  });

  it('requests larger than the unchecked units fail: the tenant is not over its quota', async () => {
    const { container, state } = setup(1_000);
    state.isDown = true;
    await expect(container().take('acme', POINTS, 101, 0)).rejects.toThrow(DependencyUnavailableError);
    expect(await container().take('acme', POINTS, 1_001, 0)).toBe(false);
  });

  it('the quota is checked again as soon as the ledger answers', async () => {
    const { container, state } = setup(100);
    const quotas = container();
    state.isDown = true;
    expect(await quotas.take('acme', POINTS, 10, 0)).toBe(true);
    state.isDown = false;
    expect(await quotas.take('acme', POINTS, 100, 0)).toBe(true);
    expect(await quotas.take('acme', POINTS, 1, 0)).toBe(false);
  });

  it('new things are accepted within the unchecked units', async () => {
    const { container, state } = setup(100, { newTargetsPerDay: 50 });
    const quotas = container();
    state.isDown = true;
    expect(await quotas.takeEach('acme', TARGETS, hosts(5), 0)).toEqual([]);
    await expect(quotas.takeEach('acme', TARGETS, hosts(1, 5), 0)).rejects.toThrow(
      DependencyUnavailableError,
    );
    state.isDown = false;
    expect(await quotas.takeEach('acme', TARGETS, hosts(5), 0)).toEqual([]);
  });

  it('things that could not be noted are accepted, and draw a unit again later', async () => {
    const { container, ledger } = setup(100, { newTargetsPerDay: 2 });
    const { note } = ledger;
    ledger.note = async () => {
      throw new DependencyUnavailableError('noting: throttled');
    };
    const quotas = container();
    expect(await quotas.takeEach('acme', TARGETS, ['a'], 0)).toEqual([]);
    ledger.note = note;
    expect(await quotas.takeEach('acme', TARGETS, ['a', 'b'], 0)).toEqual(['b']);
  });

  it('an unknown error of the ledger is not hidden', async () => {
    const { container, ledger } = setup(100);
    const broken = async (): Promise<never> => {
      throw new TypeError('bug');
    };
    Object.assign(ledger, { draw: broken, note: broken });
    await expect(container().take('acme', POINTS, 1, 0)).rejects.toThrow(TypeError);
    await expect(container().takeEach('acme', POINTS, ['a'], 0)).rejects.toThrow(TypeError);
  });
});
