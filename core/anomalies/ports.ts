/** Where anomalies and what their detectors have learned are kept. Every call names its tenant. */

import type { Page, PageRequest } from '../shared/page.ts';
import type { AnomalyKind } from './engine/detection-result.ts';

/** One unusual point that raised an alert. Its tenant, target, metric and timestamp identify it. */
export interface Anomaly {
  readonly tenantId: string;
  readonly targetId: string;
  readonly metric: string;
  /** Epoch seconds of the point. */
  readonly timestamp: number;
  /** As the detector saw it: of a counter, its rate per second. */
  readonly value: number;
  readonly kind: AnomalyKind;
  /** Epoch seconds since when the metric has been unusual. */
  readonly since: number;
  readonly score: number;
  /** Met once in so many points. */
  readonly oneIn: number;
  /** Score of each part of the detector. */
  readonly parts: Readonly<Record<string, number>>;
  /** Where 98 % of the values of this time of day lie; undefined where nothing is known of it. */
  readonly expected: { readonly lower: number; readonly upper: number } | undefined;
  /** One sentence in plain words. */
  readonly reason: string;
  /** Reason of the maintenance window it fell into: then nobody is told. */
  readonly silenced: string | undefined;
  /** Epoch seconds of the last unusual point of its episode; undefined while that goes on, or was never seen to end. */
  readonly endedAt?: number | undefined;
}

/** That the episode of an anomaly is over. */
export interface AnomalyEnd {
  readonly tenantId: string;
  readonly targetId: string;
  readonly metric: string;
  /** Epoch seconds of the anomaly. */
  readonly timestamp: number;
  /** Epoch seconds of its last unusual point. */
  readonly endedAt: number;
}

export interface AnomalyFilter {
  /** Epoch seconds, both inclusive. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly targetId?: string | undefined;
  readonly metric?: string | undefined;
  readonly kind?: AnomalyKind | undefined;
  /** Only those that go on: not ended, and not older than any episode lasts. */
  readonly isActive?: boolean | undefined;
}

export interface AnomalyStore {
  /**
   * Stores those that are not stored yet and returns, of all given, those whose event may not have been published:
   * the new ones, and old ones never marked as announced. Silenced ones are never among them.
   */
  record(anomalies: readonly Anomaly[], expiresAt: number): Promise<readonly Anomaly[]>;
  markAnnounced(anomalies: readonly Anomaly[]): Promise<void>;
  /**
   * Stores ends with their anomalies, the first one told of each, and returns those whose event may not have been
   * published, as stored. Anomalies that are unknown, or were never announced, have no end; silenced ones no event.
   */
  recordEnds(ends: readonly AnomalyEnd[]): Promise<readonly AnomalyEnd[]>;
  markEndsAnnounced(ends: readonly AnomalyEnd[]): Promise<void>;
  /** Newest first. */
  list(tenantId: string, filter: AnomalyFilter, page: PageRequest): Promise<Page<Anomaly>>;
}

/** A target's detectors as bytes; `version` is raised by every write. */
export interface StoredDetectors {
  readonly bytes: Uint8Array;
  readonly version: number;
}

export interface DetectorStateStore {
  /** Eventually consistent: an older state only makes more points be seen again. */
  get(tenantId: string, targetId: string): Promise<StoredDetectors | undefined>;
  /** False when the stored version is no longer `expectedVersion` (0: none stored); nothing is written then. */
  put(
    owner: { readonly tenantId: string; readonly targetId: string },
    bytes: Uint8Array,
    expectedVersion: number,
    expiresAt: number,
  ): Promise<boolean>;
}
