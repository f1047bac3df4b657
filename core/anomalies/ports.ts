/** Stores of anomalies and of what their detectors learned. Every call names its tenant. */

import type { Profile } from '../metrics/targets/target.ts';
import type { Page, PageRequest } from '../shared/page.ts';
import type { VersionedBytes } from '../shared/versioned-bytes.ts';
import type { Anomaly, AnomalyEnd, AnomalyKind, Owner } from './anomaly.ts';
import type { IngestionSummary } from './ingestion-summary.ts';

export interface AnomalyFilter {
  /** Epoch seconds, both inclusive. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly targetId?: string | undefined;
  readonly metric?: string | undefined;
  readonly kind?: AnomalyKind | undefined;
  /** Only active anomalies: no known end, and younger than the longest episode. */
  readonly isActive?: boolean | undefined;
}

export interface AnomalyStore {
  /**
   * Stores the anomalies that are not stored yet. Returns those whose event may not have been published: the new ones,
   * and stored ones that were never marked as announced. Silenced anomalies are never returned.
   */
  record(anomalies: readonly Anomaly[], expiresAt: number): Promise<readonly Anomaly[]>;
  markAnnounced(anomalies: readonly Anomaly[]): Promise<void>;
  /**
   * Stores each end with its anomaly; the first end recorded for an anomaly wins. Returns the ends, as stored, whose
   * event may not have been published. Unknown and unannounced anomalies get no end; silenced ones get no event.
   */
  recordEnds(ends: readonly AnomalyEnd[]): Promise<readonly AnomalyEnd[]>;
  markEndsAnnounced(ends: readonly AnomalyEnd[]): Promise<void>;
  /** Newest first. */
  list(tenantId: string, filter: AnomalyFilter, page: PageRequest): Promise<Page<Anomaly>>;
}

export interface DetectorFiles {
  /** The state of a target's detectors; undefined if none is stored. */
  read(target: Owner): Promise<VersionedBytes | undefined>;
  /** Writes if the stored version is still `expected` (undefined: nothing stored); otherwise returns false. */
  replace(target: Owner, bytes: Uint8Array, expected: string | undefined): Promise<boolean>;
}

/** A group of targets of one profile; a large profile is split into `parts`, numbered from 0. */
export interface PeerGroupName {
  readonly tenantId: string;
  readonly profile: Profile;
  readonly part: number;
  readonly parts: number;
}

/** One comparison of a group of peers. */
export interface PeerWork extends PeerGroupName {
  readonly targetIds: readonly string[];
  /** Metrics that are ever-growing totals: compared as rates per second. */
  readonly counters: readonly string[];
  /** Epoch seconds of the oldest point of any target. */
  readonly firstSeen: number;
  /** True to discard the learned state and learn the stored history again. */
  readonly relearn: boolean;
}

export interface PeerStateFiles {
  /** The learned state of a group; undefined if none is stored. */
  read(group: PeerGroupName): Promise<VersionedBytes | undefined>;
  /** Writes if the stored version is still `expected` (undefined: nothing stored); otherwise returns false. */
  replace(group: PeerGroupName, bytes: Uint8Array, expected: string | undefined): Promise<boolean>;
}

/** One silence check. */
export interface SilenceWork {
  readonly tenantId: string;
}

export interface WorkStarter<Work> {
  /** Starts the work asynchronously, at least once. */
  start(work: Work): Promise<void>;
}

/** Traces of the requests of a tenant. `from` in epoch seconds. */
export interface RequestSigns {
  /** The quota of points a minute, and the units drawn in each minute in which requests came. */
  pointsDrawn(
    tenantId: string,
    from: number,
  ): Promise<{ readonly limit: number; readonly drawn: readonly number[] }>;
  /** The number of payloads parked since; at least, if there are thousands. */
  parkedSince(tenantId: string, from: number): Promise<number>;
}

/** One summary for each tenant, replaced by every silence check. */
export interface IngestionStore {
  get(tenantId: string): Promise<IngestionSummary | undefined>;
  put(tenantId: string, summary: IngestionSummary): Promise<void>;
}
