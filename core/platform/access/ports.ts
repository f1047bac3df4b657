/** API keys of callers, and quotas of tenants. */
import type { QuotaName, QuotaWindow } from '../api/quotas.ts';

export interface ApiKey {
  readonly tenantId: string;
  readonly name: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

export interface ApiKeyStore {
  /** Looks a key up by the SHA-256 (hex) of its text; undefined if unknown or revoked. */
  find(keyHash: string): Promise<ApiKey | undefined>;
  /** @throws ConflictError if the hash exists */
  add(keyHash: string, key: ApiKey): Promise<void>;
}

/** Counts, for all processes together, the units that were drawn from each window of a tenant's quotas. */
export interface QuotaLedger {
  /** Adds `units` to the window; returns the units that were drawn before. */
  draw(tenantId: string, window: QuotaWindow, units: number): Promise<number>;
  /** Those of the things that were noted in the window. */
  noted(tenantId: string, window: QuotaWindow, ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Notes that a unit was drawn for each of the things; returns those that were noted before. */
  note(tenantId: string, window: QuotaWindow, ids: readonly string[]): Promise<ReadonlySet<string>>;
}

/**
 * Quotas of tenants, by window. Instants are epoch milliseconds. While the ledger is unavailable, each process uses a
 * share of the quota unchecked; after that, requests fail with DependencyUnavailableError.
 */
export interface TenantQuotas {
  /** Takes `units` from the window of `at`; false if the quota has fewer left. */
  take(tenantId: string, name: QuotaName, units: number, at: number): Promise<boolean>;
  /**
   * Takes a unit for each thing, once in a window however often the thing is sent. Returns the things for which no unit
   * is left.
   */
  takeEach(tenantId: string, name: QuotaName, ids: readonly string[], at: number): Promise<readonly string[]>;
  /** Takes `units`, whether or not the quota has them left: for work that was done already. */
  charge(tenantId: string, name: QuotaName, units: number, at: number): Promise<void>;
  /** True if this process knows that the window is used up: a refusal before any work and without any request. */
  isSpent(tenantId: string, name: QuotaName, at: number): boolean;
}
