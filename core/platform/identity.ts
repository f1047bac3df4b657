import type { Permission } from './permissions.ts';

/** The verified sender of a request. */
export interface Identity {
  /** The only tenant whose data the request reaches. */
  readonly tenantId: string;
  readonly kind: 'key' | 'person' | 'token';
  /** Label of the API key, never the key; or the user name of the person. */
  readonly name: string;
  /** Of an API key; of a token, that of the key that it came from. */
  readonly keyId?: string | undefined;
  readonly grants: ReadonlySet<Permission>;
  /** When its credential expires, epoch seconds; undefined if it does not. */
  readonly until?: number | undefined;
}
