import { InvalidInputError } from '../../shared/errors.ts';
import type { Telemetry } from '../../shared/telemetry.ts';
import type { VersionedBytes } from '../../shared/versioned-bytes.ts';
import { type BatchStates, decodeBatchStates, encodeBatchStates } from '../codec/batch-states.ts';
import type { StateFiles } from '../ports.ts';
import { type StateTracker, trackStates } from './track-states.ts';

export interface StateDeps {
  readonly states: StateFiles;
  readonly telemetry: Telemetry;
}

/** One batch of one run. */
export interface BatchOfRun {
  readonly tenantId: string;
  readonly runId: string;
  readonly index: number;
  /** Epoch milliseconds. */
  readonly issuedAt: number;
}

/** The tracker of a batch, and the version of the stored states that it started from. */
export interface LoadedStates {
  readonly tracker: StateTracker;
  readonly version: string | undefined;
}

/** States only save time: if they cannot be read or stored, the batch is forecast from scratch. */
const attempt = async <T>(
  { telemetry }: StateDeps,
  { tenantId, runId, index }: BatchOfRun,
  outcome: 'StatesUnreadable' | 'StatesNotKept',
  work: () => Promise<T>,
): Promise<T | undefined> => {
  try {
    return await work();
  } catch (error) {
    telemetry.error('learned states are ignored', { tenantId, runId, index, outcome }, error);
    telemetry.count(outcome);
    return undefined;
  }
};

const decoded = ({ telemetry }: StateDeps, stored: VersionedBytes | undefined): BatchStates | undefined => {
  if (stored === undefined) return undefined;
  try {
    return decodeBatchStates(stored.bytes);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    telemetry.count('StatesUnreadable');
    return undefined;
  }
};

/** Loads the states that earlier runs of the batch learned. */
export const loadStates = async (deps: StateDeps, batch: BatchOfRun): Promise<LoadedStates> => {
  const read = () => deps.states.read(batch.tenantId, batch.index);
  const stored = await attempt(deps, batch, 'StatesUnreadable', read);
  return { tracker: trackStates(decoded(deps, stored), batch.issuedAt), version: stored?.version };
};

/** Stores the learned states. Must come last, so that repeating earlier steps starts from the same states. */
export const storeStates = async (
  deps: StateDeps,
  batch: BatchOfRun,
  { tracker, version }: LoadedStates,
): Promise<void> => {
  const states = tracker.toStore();
  if (states !== undefined) {
    const replace = () =>
      deps.states.replace(batch.tenantId, batch.index, encodeBatchStates(states), version);
    const stored = await attempt(deps, batch, 'StatesNotKept', replace);
    if (stored === false) deps.telemetry.count('StatesNotKept');
  }
  const { resumed, learned, unreadable } = tracker.counts;
  deps.telemetry.count('SeriesResumed', resumed);
  deps.telemetry.count('SeriesLearned', learned);
  if (unreadable > 0) deps.telemetry.count('StatesUnreadable', unreadable);
};
