/** Secrets with several valid versions, their rotation, and records that are encrypted with them. */
import type { Page, PageRequest } from '../../shared/page.ts';
import type { KeyRing } from './key-ring.ts';
import type { Owner, SealedRecord } from './vault.ts';

/** The versions of one secret, as a consumer knows them. */
export interface KeyRings {
  /** The ring, at most `MAX_RING_AGE_MS` old. While the store of secrets is down, the last known ring. */
  read(): Promise<KeyRing>;
  /** Reads the ring again, because it lacks the key of a signature; limited in rate, so it may be the known one. */
  readAgain(): Promise<KeyRing>;
}

export interface WebhookGeneration {
  /** 0 until the tenant replaces its secrets. */
  readonly generation: number;
  /** Until when secrets of the generation before are accepted, epoch seconds. */
  readonly formerUntil: number;
}

/** The generations of all tenants' webhook secrets. */
export interface WebhookGenerations {
  /** Strongly consistent; the first one if the tenant never replaced its secrets. */
  get(tenantId: string): Promise<WebhookGeneration>;
  /** Stores the generation after the stored one. @throws ConflictError if another request did so first */
  raise(tenantId: string, next: WebhookGeneration): Promise<void>;
}

/** Labels of a version: `pending` until the rotation ends, then `current`, then `previous`. */
export type VersionLabel = 'pending' | 'current' | 'previous';

export interface SecretState {
  readonly isRotationEnabled: boolean;
  /** Labels by the id of their version. */
  readonly labels: ReadonlyMap<string, ReadonlySet<VersionLabel>>;
}

/** The versions of one secret, as its rotation changes them. */
export interface SecretVersions {
  describe(): Promise<SecretState>;
  /** The content of a version; undefined if the version has none yet. */
  read(versionId: string): Promise<string | undefined>;
  /** Stores the content of a pending version. @throws ConflictError if the version has other content */
  store(versionId: string, content: string): Promise<void>;
  /**
   * Makes the version current and `currentId` previous, at once.
   * @throws ConflictError if `currentId` is no longer current
   */
  promote(versionId: string, currentId: string): Promise<void>;
}

/**
 * A kind of credential that rotates. Each method may be repeated at any time, also after a failure half-way.
 * Contents are texts as they are stored.
 */
export interface RotatedCredential {
  /** New content. */
  create(current: string): Promise<string>;
  /** Makes all users of the credential accept the pending content beside the current one. */
  set(pending: string, current: string): Promise<void>;
  /** Uses the pending and the current content as their consumers do. @throws if either fails */
  test(pending: string, current: string): Promise<void>;
}

/** The receiver of an integration's webhooks. */
export interface WebhookReceiver {
  /** The status of its answer. @throws DependencyUnavailableError if it gives none, is overloaded or fails */
  deliver(headers: Readonly<Record<string, string>>, body: string): Promise<number>;
}

/** A system that issues tokens; `by` is a valid one. Methods fail with DependencyUnavailableError while it is down. */
export interface TokenIssuer {
  /** @throws RotationRefusedError if `by` is refused or the answer has no token */
  issue(by: string, name: string): Promise<{ readonly id: string; readonly token: string }>;
  list(by: string): Promise<readonly { readonly id: string; readonly name: string }[]>;
  /** Also succeeds if there is no such token. */
  revoke(by: string, id: string): Promise<void>;
  /** True if a request with the token is served, false if it is refused as unauthorised. */
  accepts(token: string): Promise<boolean>;
}

export interface StoredRecord {
  readonly owner: Owner;
  readonly sealed: SealedRecord;
}

/** Sealed records of all tenants. */
export interface VaultStore {
  /** Strongly consistent; undefined if there is none. */
  get(owner: Owner): Promise<SealedRecord | undefined>;
  put(record: StoredRecord): Promise<void>;
  delete(owner: Owner): Promise<void>;
  /** Records whose data key a version wrapped; eventually consistent. */
  sealedWith(keyId: string, page: PageRequest): Promise<Page<StoredRecord>>;
  /** Replaces the wrapped key of a record; false if the record changed since it was read. */
  replaceKey(record: StoredRecord, next: SealedRecord): Promise<boolean>;
}
