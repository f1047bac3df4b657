/** Who may call, and how much. */

export interface ApiKey {
  readonly tenantId: string;
  readonly name: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

export interface ApiKeyStore {
  /** Looks a key up by the SHA-256 (hex) of its text; undefined when unknown or revoked. */
  find(keyHash: string): Promise<ApiKey | undefined>;
  /** @throws ConflictError when the hash exists */
  add(keyHash: string, key: ApiKey): Promise<void>;
}

/** Fixed-window quota per tenant and minute. */
export interface RateLimiter {
  /** Takes `points` from the tenant's quota of the minute that holds `at` (epoch ms); false when it would exceed it. */
  take(tenantId: string, points: number, at: number): Promise<boolean>;
}
