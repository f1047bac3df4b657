/** Stores of hour blocks and of the targets they belong to. Every call names its tenant. */
import type { Page, PageRequest } from '../shared/page.ts';
import type { BlockKey, StoredBlock } from './blocks/stored-block.ts';
import type { TargetSighting } from './targets/sighting.ts';
import type { Target } from './targets/target.ts';

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
  /** The trace of the message that brought the points, or of the first one of several. */
  readonly trace?: string | undefined;
}

/** A block that was just written, with the id under which its delivery is confirmed or repeated. */
export interface ChangedBlock {
  readonly recordId: string;
  readonly block: StoredBlock;
  /** The trace of the work that wrote the block. */
  readonly trace?: string | undefined;
}

/** A delivery in which no block can be read. */
export interface UnreadableRecord {
  readonly recordId: string;
  /** Keys of the record, as JSON, without the block's bytes. */
  readonly summary: string;
  readonly reason: string;
}

export interface BlockChanges {
  /** In the order of their writes for each target. */
  readonly changed: readonly ChangedBlock[];
  readonly unreadable: readonly UnreadableRecord[];
}

export interface TargetRecorder {
  /** @throws InvalidInputError, after everything else was recorded, if a target has more metrics than it can list */
  record(tenantId: string, sightings: readonly TargetSighting[]): Promise<void>;
}

/** The next `limit` tenants after the tenant `after`; undefined: from the first. */
export interface TenantsPart {
  readonly after: string | undefined;
  readonly limit: number;
}

export interface TargetFinder {
  /** The targets of a request that are not stored yet, and that were not remembered. */
  findNew(tenantId: string, targetIds: readonly string[]): Promise<readonly string[]>;
  /** Targets that were accepted as new: they are not new again. */
  remember(tenantId: string, targetIds: readonly string[]): void;
  /** Notices of targets that have any: limits that they exceeded. May miss those of the last second. */
  readNotices(
    tenantId: string,
    targetIds: readonly string[],
  ): Promise<readonly Pick<Target, 'targetId' | 'notices'>[]>;
}

/** Targets whose points have not all expired. */
export interface TargetRegistry {
  get(tenantId: string, targetId: string): Promise<Target | undefined>;
  list(tenantId: string, page: PageRequest): Promise<Page<Target>>;
  /** All tenants in ascending order, or a part of them. */
  listTenants(part?: TenantsPart): Promise<readonly string[]>;
}
