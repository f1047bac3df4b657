/** API keys of tenants with their last use, and quotas of tenants. */
import type { Page, PageRequest } from '../../shared/page.ts';
import type { QuotaName, QuotaWindow } from '../api/quotas.ts';
import type { ApiKey, Author } from '../api-key.ts';

/** Finds the key that a request names, valid or not. */
export interface ApiKeyFinder {
  find(tenantId: string, keyId: string): Promise<ApiKey | undefined>;
}

export interface ApiKeyAdder {
  /** @throws ConflictError if the tenant has a key with this id */
  add(key: ApiKey): Promise<void>;
}

/** A key and the time (epoch seconds) at which it stops to be valid because another one replaces it. */
export interface Replaced {
  readonly keyId: string;
  readonly validUntil: number;
}

/** Keys of a tenant, also those that have expired or were revoked in the last 90 days. */
export interface ApiKeyStore extends ApiKeyFinder, ApiKeyAdder {
  /** By id. */
  list(tenantId: string, page: PageRequest): Promise<Page<ApiKey>>;
  /** Adds the successor and limits the replaced key in one step. @throws ConflictError if that key was replaced or revoked */
  replace(replaced: Replaced, successor: ApiKey): Promise<void>;
  /** Revokes a key, or returns it as it is if it was revoked before; undefined if there is none. */
  revoke(tenantId: string, keyId: string, at: number, by: Author): Promise<ApiKey | undefined>;
}

/** A person who has signed in. */
export interface Person {
  /** User name. */
  readonly name: string;
  /** Groups of the user pool: `<tenant>.<role>`. */
  readonly groups: readonly string[];
  /** When the token expires, epoch seconds. */
  readonly expiresAt: number;
}

export interface PersonVerifier {
  /**
   * The person to whom an access token was issued; undefined for a token that is forged, expired or of another kind.
   * @throws DependencyUnavailableError if the keys of the issuer cannot be read: the token may well be valid
   */
  verify(token: string): Promise<Person | undefined>;
}

/** The last use of each key, in epoch seconds. */
export interface KeyUseRecorder {
  record(tenantId: string, keyId: string, at: number): Promise<void>;
}

export interface KeyUses {
  /** Last uses by key id; without those that were never used. */
  lastUses(tenantId: string, keyIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
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
