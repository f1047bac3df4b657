/** Where raw payloads, hour blocks and what is known of targets are kept. Every call names its tenant. */
import type { Page, PageRequest } from '../shared/page.ts';
import type { MetricKind } from './series/metric-series.ts';
import type { Profile, Target } from './targets/target.ts';

/** Payloads exactly as received, so that a better decoder can replay them. */
export interface RawStore {
  put(key: string, body: Uint8Array, contentType: string): Promise<void>;
  /** @throws InvalidInputError when the object does not exist */
  get(key: string): Promise<Uint8Array>;
}

export const INGEST_FORMATS = ['json', 'csv', 'otlp'] as const;
export type IngestFormat = (typeof INGEST_FORMATS)[number];

/** A stored payload waiting to be merged; carries all that decoding needs, so that decoding again gives the same. */
export interface IngestPointer {
  readonly tenantId: string;
  readonly requestId: string;
  readonly key: string;
  readonly format: IngestFormat;
  readonly contentType: string;
  readonly gzip: boolean;
  /** Epoch milliseconds at which the request arrived: decides conflicts and what counts as future. */
  readonly receivedAt: number;
  /** Query parameters of the request that decoding needs (`target`, `metric` of a two-column CSV). */
  readonly query: Readonly<Record<string, string>>;
}

export interface IngestQueue {
  send(pointer: IngestPointer): Promise<void>;
}

/** Names one block: all metrics of a target within one hour (`hour` = whole hours since the epoch). */
export interface BlockKey {
  readonly tenantId: string;
  readonly targetId: string;
  readonly hour: number;
}

/** A block as stored; `version` 0 and no bytes mean that it does not exist yet. */
export interface StoredBlock {
  readonly key: BlockKey;
  readonly bytes: Uint8Array | undefined;
  readonly version: number;
}

export interface BlockStore {
  /** Strongly consistent; one result per key, in the order of `keys`. */
  read(keys: readonly BlockKey[]): Promise<readonly StoredBlock[]>;
  /** Writes each block only if its version is still `expectedVersion`; returns the keys that lost a race. */
  write(blocks: readonly BlockWrite[]): Promise<readonly BlockKey[]>;
  /** Blocks of one target from `fromHour` to `toHour` inclusive, oldest first, eventually consistent. */
  readRange(
    tenantId: string,
    targetId: string,
    fromHour: number,
    toHour: number,
  ): Promise<readonly StoredBlock[]>;
}

export interface BlockWrite {
  readonly key: BlockKey;
  readonly bytes: Uint8Array;
  readonly expectedVersion: number;
}

/** A block that was just written, with the id under which its delivery is confirmed or repeated. */
export interface ChangedBlock {
  readonly recordId: string;
  readonly block: StoredBlock;
}

export interface BlockChanges {
  /** In the order of their writes for each target. */
  readonly changed: readonly ChangedBlock[];
  /** Deliveries without a readable block. */
  readonly unreadable: number;
}

/** What a batch of points tells about a target; merging it into the registry twice changes nothing. */
export interface TargetSighting {
  readonly targetId: string;
  readonly profile: Profile | undefined;
  readonly metrics: Readonly<Record<string, { readonly kind: MetricKind; readonly unit?: string }>>;
  /** Epoch seconds of the oldest and newest point. */
  readonly firstSeen: number;
  readonly lastSeen: number;
}

export interface TargetRegistry {
  record(tenantId: string, sightings: readonly TargetSighting[]): Promise<void>;
  get(tenantId: string, targetId: string): Promise<Target | undefined>;
  list(tenantId: string, page: PageRequest): Promise<Page<Target>>;
  listTenants(): Promise<readonly string[]>;
}
