/** Limits of one Step Functions execution, and the usage of a run of `state-machines/forecast-fleet.asl.json`. */

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
export const STATE_BYTES = 256 * 1024;
export const HISTORY_EVENTS = 25_000;

/** Concurrent batches of a run, and seconds over which the runs of all tenants start, in stage prod (`lib/config/prod.ts`). */
export const BATCHES_AT_ONCE = 10;
export const SPREAD_SECONDS = 600;
/** Memory and time limit of the batch function, as set in `lib/forecasts/forecast-workflow.ts`. */
export const BATCH_MEMORY_MB = 1769;
export const BATCH_TIMEOUT_SECONDS = 300;
/** `TimeoutSeconds` of the whole run, including its wait for its start. */
export const RUN_TIMEOUT_SECONDS = 3300;

/** Iteration started, state entered, task scheduled, started and succeeded, state exited, iteration succeeded. */
const EVENTS_PER_BATCH = 7;
/** Six attempts after throttles and one after a failure, each failed, scheduled and started. */
const EVENTS_OF_ALL_RETRIES = 7 * 3;
/** Start time, wait, plan, map, close and choice. */
const OTHER_EVENTS = 40;

const MAX_TENANT_LENGTH = 39;
/** The longest entry of the list of batches: `{"index":800,"batchKey":"runs/tenant=.../batches/0800.json"}`. */
const BYTES_PER_BATCH =
  '{"index":0000,"batchKey":"runs/tenant=/2026-11-21T10-05-00Z-1a2b3c4d/batches/0000.json"},'.length +
  MAX_TENANT_LENGTH;

/** Bytes of state and events of history for a number of batches; `worstEvents` if every batch uses all its retries. */
export const workflowLoad = (batches: number) => ({
  stateBytes: batches * BYTES_PER_BATCH + 200,
  events: batches * EVENTS_PER_BATCH + OTHER_EVENTS,
  worstEvents: batches * (EVENTS_PER_BATCH + EVENTS_OF_ALL_RETRIES) + OTHER_EVENTS,
});

/** Tenants of which `list-tenants` lists the runs at once: about 100 KB of the dispatch's state. */
export const TENANTS_PER_PAGE = 400;
/** The task that lists a page, the map over it, and the choices and passes that follow. */
const EVENTS_PER_PAGE = 20;
/** Execution started and succeeded, and the first and the last state. */
const EVENTS_OF_DISPATCH = 8;

/** Events of the execution of `state-machines/dispatch-forecasts.asl.json` that starts the runs of all tenants. */
export const dispatchEvents = (tenants: number): number =>
  tenants * EVENTS_PER_BATCH + Math.ceil(tenants / TENANTS_PER_PAGE) * EVENTS_PER_PAGE + EVENTS_OF_DISPATCH;
