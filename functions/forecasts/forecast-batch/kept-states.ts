import {
  type BatchStates,
  decodeBatchStates,
  encodeBatchStates,
} from '../../../core/forecasts/runs/batch-states.ts';
import {
  type LearningEngine,
  type Resumption,
  resumeForecasts,
} from '../../../core/forecasts/runs/resume-forecasts.ts';
import type { KeptStates, StateFiles } from '../../../core/forecasts/state-files.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import type { Telemetry } from '../../../core/shared/telemetry.ts';

export interface StateDeps {
  readonly engine: LearningEngine;
  readonly states: StateFiles;
  readonly telemetry: Telemetry;
}

/** Which batch, of whom, of which run (epoch milliseconds). */
export interface BatchOfRun {
  readonly tenantId: string;
  readonly runId: string;
  readonly index: number;
  readonly issuedAt: number;
}

export interface ResumedBatch extends Resumption {
  readonly version: string | undefined;
}

/** States save time and nothing else: whatever is wrong with them, the batch is forecast from scratch. */
const attempt = async <T>(
  { telemetry }: StateDeps,
  { tenantId, runId, index }: BatchOfRun,
  outcome: 'StatesUnreadable' | 'StatesNotKept',
  work: () => Promise<T>,
): Promise<T | undefined> => {
  try {
    return await work();
  } catch (error) {
    telemetry.error('states of a batch passed over', { tenantId, runId, index, outcome }, error);
    telemetry.count(outcome);
    return undefined;
  }
};

const decoded = ({ telemetry }: StateDeps, kept: KeptStates | undefined): BatchStates | undefined => {
  if (kept === undefined) return undefined;
  try {
    return decodeBatchStates(kept.bytes);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    telemetry.count('StatesUnreadable');
    return undefined;
  }
};

/** Takes up what earlier runs learned about the series of a batch. */
export const resumeBatch = async (deps: StateDeps, batch: BatchOfRun): Promise<ResumedBatch> => {
  const read = () => deps.states.read(batch.tenantId, batch.index);
  const kept = await attempt(deps, batch, 'StatesUnreadable', read);
  const resumption = resumeForecasts(deps.engine, decoded(deps, kept), batch.issuedAt);
  return { ...resumption, version: kept?.version };
};

/** Keeps what was learned. Comes last of all, so that whatever is repeated before it starts from the same states. */
export const keepStates = async (
  deps: StateDeps,
  batch: BatchOfRun,
  { counts, toKeep, version }: ResumedBatch,
): Promise<void> => {
  const states = toKeep();
  if (states !== undefined) {
    const replace = () =>
      deps.states.replace(batch.tenantId, batch.index, encodeBatchStates(states), version);
    const kept = await attempt(deps, batch, 'StatesNotKept', replace);
    if (kept === false) deps.telemetry.count('StatesNotKept');
  }
  deps.telemetry.count('SeriesResumed', counts.resumed);
  deps.telemetry.count('SeriesLearned', counts.learned);
  if (counts.unreadable > 0) deps.telemetry.count('StatesUnreadable', counts.unreadable);
};
