/**
 * Quotas that each process leases in portions, so that most requests need no write. All units of a lease are drawn from
 * the ledger before the first of them is used: however many processes there are, a tenant never gets more than its
 * quota. Units that a process has leased but does not use are lost to the others, as are those of one that crashes: at
 * most one portion each.
 */
import { DependencyUnavailableError } from '../../shared/errors.ts';
import type { Telemetry } from '../../shared/telemetry.ts';
import { type QuotaName, type Quotas, type QuotaWindow, windowAt } from '../api/quotas.ts';
import type { QuotaLedger, TenantQuotas } from './ports.ts';

/** Portions as shares of the quota: the first of a window, and the largest. A process leases as much as it has used. */
const FIRST_SHARE = 1 / 1000;
const MAX_SHARE = 1 / 100;
/** What a process uses in a window while the ledger is unavailable, as a share of the quota. */
const UNCHECKED_SHARE = 1 / 10;
/** Windows remembered. Forgetting one loses its lease. */
const MAX_LEASES = 10_000;

/** The largest portion that a process leases beyond what a request needs. */
export const maxPortionOf = (quota: number): number => Math.max(1, Math.floor(quota * MAX_SHARE));

/** Units of a window that a process uses unchecked while the ledger is unavailable. */
export const uncheckedUnitsOf = (quota: number): number => Math.max(1, Math.floor(quota * UNCHECKED_SHARE));

interface Lease {
  readonly window: QuotaWindow;
  left: number;
  used: number;
  /** True once the ledger has no units left. */
  isSpent: boolean;
  /** True once the unchecked units of the window were added. */
  isUnchecked: boolean;
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
    const lease = { window, left: 0, used: 0, isSpent: false, isUnchecked: false };
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

/** The part of `units` that the lease has. */
const useUpTo = (lease: Lease, units: number): number => {
  const taken = Math.min(units, lease.left);
  use(lease, taken);
  return taken;
};

/** Draws on the ledger in portions; while that is unavailable, lends a limited number of units unchecked. */
class Lender {
  readonly #ledger: QuotaLedger;
  readonly #quotas: Quotas;
  readonly #telemetry: Telemetry;

  constructor(ledger: QuotaLedger, quotas: Quotas, telemetry: Telemetry) {
    this.#ledger = ledger;
    this.#quotas = quotas;
    this.#telemetry = telemetry;
  }

  /** Draws units, and adds those of them to the lease that the quota still had. */
  async draw(tenantId: string, lease: Lease, units: number): Promise<void> {
    const quota = this.#quotas[lease.window.name];
    const before = await this.#ledger.draw(tenantId, lease.window, units);
    lease.left += Math.min(units, Math.max(0, quota - before));
    lease.isSpent ||= before + units >= quota;
  }

  /** Draws what is missing for `units`, and a portion. */
  async drawPortion(tenantId: string, lease: Lease, units: number): Promise<void> {
    const quota = this.#quotas[lease.window.name];
    await this.draw(tenantId, lease, Math.max(units - lease.left, portionOf(quota, lease.used)));
  }

  /** Takes a unit for each thing that is not noted yet; returns those for which none is left. */
  async takeEach(tenantId: string, lease: Lease, ids: readonly string[]): Promise<readonly string[]> {
    const noted = await this.#ledger.noted(tenantId, lease.window, ids);
    const others = [...new Set(ids)].filter((id) => !noted.has(id));
    if (lease.left < others.length && !lease.isSpent) await this.drawPortion(tenantId, lease, others.length);
    const taken = useUpTo(lease, others.length);
    if (taken > 0) await this.#note(tenantId, lease, others.slice(0, taken));
    return others.slice(taken);
  }

  /** Things that other processes noted since they were looked up had their unit before. */
  async #note(tenantId: string, lease: Lease, ids: readonly string[]): Promise<void> {
    try {
      lease.left += (await this.#ledger.note(tenantId, lease.window, ids)).size;
    } catch (error) {
      // They draw another unit when they are sent again.
      if (!(error instanceof DependencyUnavailableError)) throw error;
    }
  }

  /** @throws `error` unless it says that the ledger is unavailable and the window has unchecked units left */
  useUnchecked(tenantId: string, lease: Lease, units: number, error: unknown): void {
    if (!(error instanceof DependencyUnavailableError)) throw error;
    if (!lease.isUnchecked) {
      const { name } = lease.window;
      lease.isUnchecked = true;
      lease.left += uncheckedUnitsOf(this.#quotas[name]);
      this.#telemetry.error('a quota is not checked', { tenantId, quota: name }, error);
      this.#telemetry.count('QuotasUnchecked');
    }
    if (!use(lease, units)) throw error;
  }
}

export const leasedQuotas = (ledger: QuotaLedger, quotas: Quotas, telemetry: Telemetry): TenantQuotas => {
  const leases = new Leases();
  const lender = new Lender(ledger, quotas, telemetry);
  return {
    take: async (tenantId, name, units, at) => {
      const lease = leases.at(tenantId, name, at);
      if (use(lease, units)) return true;
      if (lease.isSpent || units > quotas[name]) return false;
      try {
        await lender.drawPortion(tenantId, lease, units);
      } catch (error) {
        lender.useUnchecked(tenantId, lease, units, error);
        return true;
      }
      return use(lease, units);
    },
    takeEach: async (tenantId, name, ids, at) => {
      const lease = leases.at(tenantId, name, at);
      try {
        return await lender.takeEach(tenantId, lease, ids);
      } catch (error) {
        lender.useUnchecked(tenantId, lease, ids.length, error);
        return [];
      }
    },
    charge: async (tenantId, name, units, at) => {
      const lease = leases.at(tenantId, name, at);
      const missing = units - lease.left;
      if (missing > 0 && !lease.isSpent) await lender.draw(tenantId, lease, missing);
      lease.left = Math.max(0, lease.left - units);
    },
    isSpent: (tenantId, name, at) => {
      const { isSpent, left } = leases.at(tenantId, name, at);
      return isSpent && left === 0;
    },
  };
};
