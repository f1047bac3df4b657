/**
 * Quotas that each process leases in portions, so that most requests need no write. All units of a lease are drawn from
 * the ledger before the first of them is used: however many processes there are, a tenant never gets more than its
 * quota. Units that a process has leased but does not use are lost to the others, as are those of one that crashes: at
 * most one portion each.
 */

import { type QuotaName, type Quotas, type QuotaWindow, windowAt } from '../api/quotas.ts';
import type { QuotaLedger, TenantQuotas } from './ports.ts';

/** Portions as shares of the quota: the first of a window, and the largest. A process leases as much as it has used. */
const FIRST_SHARE = 1 / 1000;
const MAX_SHARE = 1 / 100;
/** Windows remembered. Forgetting one loses its lease. */
const MAX_LEASES = 10_000;

/** The largest portion that a process leases beyond what a request needs. */
export const maxPortionOf = (quota: number): number => Math.max(1, Math.floor(quota * MAX_SHARE));

interface Lease {
  readonly window: QuotaWindow;
  left: number;
  used: number;
  /** True once the ledger has no units left. */
  isSpent: boolean;
}

/** The portion that a process leases, beyond what a request needs, after it has used `used` units of the window. */
const portionOf = (quota: number, used: number): number =>
  Math.min(maxPortionOf(quota), Math.max(1, Math.floor(quota * FIRST_SHARE), used));

/** Leases that a process needs to use `units` of a window, if each request needs less than a portion. */
export const leasesFor = (quota: number, units: number): number => {
  let [leases, leased] = [0, 0];
  for (; leased < units; leases++) leased += portionOf(quota, leased);
  return leases;
};

class Leases {
  readonly #leases = new Map<string, Lease>();

  /** The lease of the window of `at`: an empty one if this process has none. */
  at(tenantId: string, name: QuotaName, at: number): Lease {
    const key = `${name} ${tenantId}`;
    const window = windowAt(name, at);
    const known = this.#leases.get(key);
    if (known?.window.startsAt === window.startsAt) return known;
    const lease = { window, left: 0, used: 0, isSpent: false };
    const [oldest] = this.#leases.keys();
    if (known === undefined && this.#leases.size >= MAX_LEASES && oldest !== undefined)
      this.#leases.delete(oldest);
    this.#leases.set(key, lease);
    return lease;
  }
}

const use = (lease: Lease, units: number): boolean => {
  if (lease.left < units) return false;
  lease.left -= units;
  lease.used += units;
  return true;
};

export const leasedQuotas = (ledger: QuotaLedger, quotas: Quotas): TenantQuotas => {
  const leases = new Leases();
  /** Draws units, and adds those of them to the lease that the quota still had. */
  const draw = async (tenantId: string, lease: Lease, units: number): Promise<void> => {
    const quota = quotas[lease.window.name];
    const before = await ledger.draw(tenantId, lease.window, units);
    lease.left += Math.min(units, Math.max(0, quota - before));
    lease.isSpent ||= before + units >= quota;
  };
  return {
    take: async (tenantId, name, units, at) => {
      const lease = leases.at(tenantId, name, at);
      if (use(lease, units)) return true;
      if (lease.isSpent || units > quotas[name]) return false;
      await draw(tenantId, lease, Math.max(units - lease.left, portionOf(quotas[name], lease.used)));
      return use(lease, units);
    },
    charge: async (tenantId, name, units, at) => {
      const lease = leases.at(tenantId, name, at);
      const missing = units - lease.left;
      if (missing > 0 && !lease.isSpent) await draw(tenantId, lease, missing);
      lease.left = Math.max(0, lease.left - units);
    },
    isSpent: (tenantId, name, at) => {
      const { isSpent, left } = leases.at(tenantId, name, at);
      return isSpent && left === 0;
    },
  };
};
