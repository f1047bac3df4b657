import { DependencyUnavailableError } from '../shared/errors.ts';

const MAX_TENANTS = 1_000;

/** What belongs to a tenant, not older than `maxAgeMs`. */
export type Remembered<Value> = (tenantId: string, maxAgeMs: number) => Promise<Value>;

/**
 * Remembers in a process what it has read of each tenant. While the store is unavailable, what was read last serves on.
 * @throws DependencyUnavailableError if it was never read
 */
export const rememberByTenant = <Value>(
  read: (tenantId: string) => Promise<Value>,
  now: () => number,
): Remembered<Value> => {
  const known = new Map<string, { readonly value: Value; readonly readAt: number }>();
  const readOrLast = async (tenantId: string): Promise<Value> => {
    try {
      return await read(tenantId);
    } catch (error) {
      const last = known.get(tenantId);
      if (last === undefined || !(error instanceof DependencyUnavailableError)) throw error;
      return last.value;
    }
  };
  return async (tenantId, maxAgeMs) => {
    const last = known.get(tenantId);
    const readAt = now();
    if (last !== undefined && readAt - last.readAt < maxAgeMs) return last.value;
    const value = await readOrLast(tenantId);
    if (known.size >= MAX_TENANTS) known.clear();
    known.set(tenantId, { value, readAt });
    return value;
  };
};
