import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leasedQuotas, maxPortionOf } from '../../../../core/platform/access/leased-quotas.ts';
import type { QuotaLedger } from '../../../../core/platform/access/ports.ts';
import type { QuotaWindow } from '../../../../core/platform/api/quotas.ts';
import { DEFAULT_QUOTAS } from '../../../../lib/config/default-quotas.ts';

/** The table of quotas: one counter per tenant and window. */
const memoryLedger = () => {
  const drawn = new Map<string, number>();
  const state = { writes: 0 };
  const draw: QuotaLedger['draw'] = async (tenantId, { name, startsAt }: QuotaWindow, units) => {
    state.writes++;
    const key = `${tenantId} ${name} ${startsAt}`;
    const before = drawn.get(key) ?? 0;
    drawn.set(key, before + units);
    return before;
  };
  return { ledger: { draw }, state };
};

const setup = (pointsPerMinute: number) => {
  const { ledger, state } = memoryLedger();
  const container = () => leasedQuotas(ledger, { ...DEFAULT_QUOTAS, pointsPerMinute });
  return { container, state };
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
