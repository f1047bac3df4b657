import { FORECASTS_OPERATIONS } from '../../../core/forecasts/api/operations.ts';
import type { RunStore } from '../../../core/forecasts/ports.ts';
import { executionNameOf, runIdOf, runRequestedAt } from '../../../core/forecasts/run-id.ts';
import { failedRun } from '../../../core/forecasts/runs/close-run.ts';
import { newRun } from '../../../core/forecasts/runs/sum-results.ts';
import { actorOf } from '../../../core/platform/actor.ts';
import { ProblemError } from '../../../core/platform/api/errors.ts';
import type { WorkflowStarter } from '../../../core/shared/messaging.ts';
import { DAY_SECONDS, HOUR_SECONDS } from '../../../core/shared/time.ts';
import { jsonReply } from '../../runtime/http-reply.ts';
import type { RequestHeaders } from '../../runtime/http-request.ts';
import { idempotencyKeyOf } from '../../runtime/idempotency.ts';
import { overQuota } from '../../runtime/over-quota.ts';
import { type RoutesOf, route } from '../../runtime/route.ts';
import { type HttpDeps, serveHttp } from '../../runtime/serve-http.ts';
import { annotateTrace } from '../../runtime/tracing/trace.ts';

export interface Deps extends HttpDeps {
  readonly runs: Pick<RunStore, 'claim' | 'claimed' | 'begin' | 'finish' | 'get' | 'list'>;
  /** Runs that a tenant may have requested and that are not finished. */
  readonly maxActiveRuns: number;
  readonly workflow: WorkflowStarter;
}

/** Without a key, all requests within a minute start one run. */
const keyOf = (headers: RequestHeaders, now: number): string => {
  const given = idempotencyKeyOf(headers);
  return given === undefined ? `minute:${new Date(now).toISOString().slice(0, 16)}` : `key:${given}`;
};

/** More than the limit of any stage, scheduled runs included. */
const NEWEST_RUNS = 50;
/** A run of which the workflow died without a word is not active for ever: it times out earlier. */
const LONGEST_RUN_MS = HOUR_SECONDS * 1000;
const RETRY_SECONDS = 60;
const QUOTA = 'runsPerHour';

/**
 * Requests at the same moment may exceed the limit; the quota of the hour bounds them.
 * @throws ProblemError `quota-exceeded` if too many runs of the tenant are active
 */
const refuseTooMany = async (deps: Deps, tenantId: string, now: number): Promise<void> => {
  const { items } = await deps.runs.list(tenantId, { limit: NEWEST_RUNS, cursor: undefined });
  const active = items.filter(
    ({ status, trigger, startedAt }) =>
      status === 'RUNNING' && trigger === 'api' && startedAt > now - LONGEST_RUN_MS,
  );
  if (active.length < deps.maxActiveRuns) return;
  deps.telemetry.info('Request over quota', { tenantId, quota: 'maxActiveRuns', active: active.length });
  deps.telemetry.count('RequestsOverQuota');
  throw new ProblemError(
    'quota-exceeded',
    `${active.length} requested runs are still running (${active[0]?.runId}): retry when one has finished.`,
    { headers: { 'retry-after': String(RETRY_SECONDS) } },
  );
};

const start = async (deps: Deps, tenantId: string, runId: string) => {
  const startedAt = runRequestedAt(runId);
  const run = { tenantId, runId, trigger: 'api', startedAt } as const;
  // Recorded first, because the caller may request the run before the workflow starts.
  await deps.runs.begin(newRun(run));
  const requestedAt = new Date(startedAt).toISOString();
  try {
    const input = { tenantId, runId, trigger: 'api', requestedAt };
    return await deps.workflow.start(executionNameOf(tenantId, runId), input);
  } catch (error) {
    // A retry with the same key starts the run. Until then, the record must not claim that it is running.
    const reason = { Error: 'NotStarted', Cause: 'the workflow could not be started' };
    await deps.runs.finish(failedRun(undefined, run, reason, deps.now()));
    throw error;
  }
};

/** True if an earlier request with the key started a run. */
const isRepeated = async ({ runs }: Deps, tenantId: string, key: string): Promise<boolean> => {
  const runId = await runs.claimed(tenantId, key);
  return runId !== undefined && (await runs.get(tenantId, runId)) !== undefined;
};

/** A request at the same moment as its repeat draws one run. @throws ProblemError once the runs of the hour are used up */
const takeRun = async ({ quotas, telemetry }: Deps, tenantId: string, key: string, receivedAt: number) => {
  const refused = await quotas.takeEach(tenantId, QUOTA, [key], receivedAt);
  if (refused.length > 0) throw overQuota(telemetry, { tenantId, quota: QUOTA, receivedAt }, {});
};

/**
 * The same key starts the same run, however often it is sent within a day, and draws one run of an hour. A refused
 * request draws none and claims nothing: repeated later, it starts a run of that time.
 */
const startRun = (deps: Deps) =>
  route(FORECASTS_OPERATIONS.startRun, async ({ caller, request, receivedAt }) => {
    const { tenantId } = caller;
    const key = keyOf(request.headers, receivedAt);
    if (!(await isRepeated(deps, tenantId, key))) {
      await refuseTooMany(deps, tenantId, receivedAt);
      await takeRun(deps, tenantId, key, receivedAt);
    }
    const proposed = runIdOf({ tenantId, trigger: 'api', requestedAt: receivedAt, key });
    const expiresAt = Math.floor(receivedAt / 1000) + DAY_SECONDS;
    const runId = await deps.runs.claim(tenantId, key, proposed, expiresAt);
    annotateTrace({ run: runId });
    const outcome = await start(deps, tenantId, runId);
    const ids = { tenantId, runId, correlationId: runId };
    deps.telemetry.info('forecast run requested', { ...ids, outcome, by: actorOf(caller) });
    return jsonReply(202, { id: runId }, { location: `/v1/forecast-runs/${runId}` });
  });

export const runRoutes = (deps: Deps): RoutesOf<typeof FORECASTS_OPERATIONS, 'start-forecast-run'> => ({
  startRun: startRun(deps),
});

/** Starts a forecast run of the caller's tenant and returns its id, by which the run can be queried at once. */
export const makeHandler = (deps: Deps) => serveHttp(runRoutes(deps), deps);
