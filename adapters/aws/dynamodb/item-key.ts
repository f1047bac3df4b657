/** Partition keys take the tenant first, so that no query can be built without one. */

/** Primary key of an item; every table has these two attributes. */
export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

/** Partition of a tenant. */
export const tenantPk = (tenantId: string): string => `T#${tenantId}`;

/** Partition of the list of tenants of a table: the only items outside a tenant's own partition. They hold a key alone. */
export const TENANTS_PK = 'TENANTS';

/** A tenant's entry in the list of tenants. */
export const tenantEntryKey = (tenantId: string): ItemKey => ({ pk: TENANTS_PK, sk: tenantId });

/** Partition of one target of a tenant. */
export const targetPk = (tenantId: string, targetId: string): string => `${tenantPk(tenantId)}#${targetId}`;

/** Key of an item in its tenant's partition. */
export const tenantKey = (tenantId: string, sk: string): ItemKey => ({ pk: tenantPk(tenantId), sk });

/** Time part of a sort key, which sorts by time (epoch seconds). */
export const isoSecond = (epochSeconds: number): string =>
  `${new Date(epochSeconds * 1000).toISOString().slice(0, 19)}Z`;

/** Builds sort keys that sort by time under a prefix. */
export const timedKeys = (prefix: string) => {
  /** Sorts before all items of this second, and after all earlier ones. */
  const from = (epochSeconds: number): string => `${prefix}#${isoSecond(epochSeconds)}`;
  return {
    from,
    /** Sorts after all items of this second, and before all later ones (`$` follows `#`). */
    until: (epochSeconds: number): string => `${from(epochSeconds)}$`,
    at: (epochSeconds: number, ...ids: readonly string[]): string => [from(epochSeconds), ...ids].join('#'),
    /** Starts every key. */
    first: `${prefix}#`,
    /** Sorts after every key. */
    last: `${prefix}$`,
  };
};
