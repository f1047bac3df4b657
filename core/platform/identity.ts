import type { Permission } from './permissions.ts';

/** The verified sender of a request. */
export interface Identity {
  /** The only tenant whose data the request reaches. */
  readonly tenantId: string;
  readonly kind: 'key';
  /** Label of the API key, never the key. */
  readonly name: string;
  readonly keyId: string;
  readonly grants: ReadonlySet<Permission>;
}
