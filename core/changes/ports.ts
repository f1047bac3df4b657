/** Stores changes, their health and what they teach about risk. Every call names its tenant. */

import type { Page, PageRequest } from '../shared/page.ts';
import type { ChangeRecord, ChangeSummary } from './change.ts';
import type { ChangesEvent } from './events.ts';
import type { DeployExample } from './risk/engine/risk-model.ts';

/** A change with the events that still have to be published. */
export interface StoredChange {
  readonly record: ChangeRecord;
  /** Every write increments it. */
  readonly revision: number;
  /** Events that may not have been published yet. */
  readonly pending: readonly ChangesEvent[];
}

export interface DeploymentStore {
  /** Stores a change unless one with this ID exists; returns the stored change and whether it is new. */
  create(record: ChangeRecord): Promise<{ readonly stored: StoredChange; readonly isNew: boolean }>;
  /** Strongly consistent. */
  get(tenantId: string, changeId: string): Promise<StoredChange | undefined>;
  /**
   * Replaces a change that is still at `revision` and stores `outcome`, if given, with it. Returns undefined, and writes
   * nothing, if another writer was first.
   */
  update(
    changed: Omit<StoredChange, 'revision'>,
    revision: number,
    outcome?: DeployExample,
  ): Promise<StoredChange | undefined>;
  /** Newest first. */
  list(tenantId: string, page: PageRequest): Promise<Page<ChangeSummary>>;
  /** Changes from `from` to `to` (epoch seconds, inclusive), newest first, at most 500. */
  during(tenantId: string, from: number, to: number): Promise<readonly ChangeSummary[]>;
  /** Outcomes of the newest closed deployments that had a plan. */
  outcomes(tenantId: string, limit: number): Promise<readonly DeployExample[]>;
}
