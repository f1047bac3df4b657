/** Where changes and what became of them are kept. Every call names its tenant. */

import type { Page, PageRequest } from '../shared/page.ts';
import type { ChangeRecord, ChangeSummary } from './change.ts';
import type { ChangesEvent } from './events.ts';
import type { DeployExample } from './risk/engine/risk-model.ts';

/** A change with what is still to be told of it. */
export interface StoredChange {
  readonly record: ChangeRecord;
  /** Raised by every write. */
  readonly revision: number;
  /** Events that may not have been published yet. */
  readonly pending: readonly ChangesEvent[];
}

export interface DeploymentStore {
  /** Stores a change unless one of this id is stored; returns what is stored from now on, and whether it is new. */
  create(record: ChangeRecord): Promise<{ readonly stored: StoredChange; readonly isNew: boolean }>;
  /** Strongly consistent. */
  get(tenantId: string, changeId: string): Promise<StoredChange | undefined>;
  /**
   * Replaces a change that is still at `revision`; with `outcome`, what it teaches is kept with it. Undefined when
   * somebody else wrote it meanwhile; nothing is written then.
   */
  update(
    changed: Omit<StoredChange, 'revision'>,
    revision: number,
    outcome?: DeployExample,
  ): Promise<StoredChange | undefined>;
  /** Newest first. */
  list(tenantId: string, page: PageRequest): Promise<Page<ChangeSummary>>;
  /** Changes from `from` to `to` (epoch seconds, inclusive), newest first; the newest 500 where there are more. */
  during(tenantId: string, from: number, to: number): Promise<readonly ChangeSummary[]>;
  /** What the newest closed deployments with a plan teach. */
  outcomes(tenantId: string, limit: number): Promise<readonly DeployExample[]>;
}
