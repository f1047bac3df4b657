/** API keys of callers, and quotas of tenants. */

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

/** Fixed-window quota per tenant and minute. */
export interface RateLimiter {
  /** Takes `points` from the tenant's quota for the minute of `at` (epoch ms); false if that would exceed the quota. */
  take(tenantId: string, points: number, at: number): Promise<boolean>;
  /** Takes `points`, whether or not the quota has them left: for work that was done already. */
  charge(tenantId: string, points: number, at: number): Promise<void>;
  /** True if a charge of this process used the minute up: a cheap refusal before any work. */
  isSpent(tenantId: string, at: number): boolean;
}
