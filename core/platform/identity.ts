import type { Permission } from './permissions.ts';

/** The verified sender of a request. */
export interface Identity {
  /** The only tenant whose data the request reaches. */
  readonly tenantId: string;
  readonly kind: 'key' | 'person';
  /** Label of the API key, never the key; or the user name of the person. */
  readonly name: string;
  /** Only of an API key. */
  readonly keyId?: string | undefined;
  readonly grants: ReadonlySet<Permission>;
}
