import {
  BATCH_MEMORY_MB,
  BATCH_TIMEOUT_SECONDS,
  dispatchEvents,
  HISTORY_EVENTS,
  RUN_TIMEOUT_SECONDS,
  SPREAD_SECONDS,
  STATE_BYTES,
  workflowLoad,
} from './workflow-limits.ts';

/** A limit, its usage by a run, and whether that fits. */
export interface LimitCheck {
  readonly limit: string;
  readonly takes: number;
  readonly allows: number;
  readonly fits: boolean;
}

/** Resource usage of a planned run; times in seconds. */
export interface RunDemand {
  readonly batches: number;
  /** Tenants whose runs one dispatch starts. */
  readonly tenants: number;
  readonly batchMemoryMb: number;
  readonly cadenceSeconds: number;
  readonly longestWall: number;
  readonly longestBatch: number;
}

/** Checks a planned run against the limits of Step Functions, of the batch function and of its own schedule. */
export const checkLimits = (demand: RunDemand): LimitCheck[] => {
  const { stateBytes, events, worstEvents } = workflowLoad(demand.batches);
  return [
    check('workflow state, bytes', stateBytes, STATE_BYTES),
    check('workflow history, events', events, HISTORY_EVENTS),
    check('workflow history with all retries, events', worstEvents, HISTORY_EVENTS),
    check('dispatch of the runs of all tenants, events', dispatchEvents(demand.tenants), HISTORY_EVENTS),
    check('longest batch, seconds', demand.longestBatch, BATCH_TIMEOUT_SECONDS),
    check(
      'run that re-learns every series, seconds',
      demand.longestWall,
      RUN_TIMEOUT_SECONDS - SPREAD_SECONDS,
    ),
    check(
      'run that re-learns every series, seconds of the cadence',
      demand.longestWall,
      demand.cadenceSeconds,
    ),
    check('memory of a batch, MB', demand.batchMemoryMb, BATCH_MEMORY_MB),
  ];
};

const check = (limit: string, takes: number, allows: number): LimitCheck => ({
  ...{ limit, takes: Math.ceil(takes), allows },
  fits: takes <= allows,
});
