import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { IdempotencyKey } from '../../../core/api/requests.ts';
import type { RunStore } from '../../../core/forecasts/ports.ts';
import { executionNameOf, runIdOf, runRequestedAt } from '../../../core/forecasts/run-id.ts';
import { failedRun } from '../../../core/forecasts/runs/close-run.ts';
import { newRun } from '../../../core/forecasts/runs/sum-results.ts';
import type { WorkflowStarter } from '../../../core/shared/messaging.ts';
import type { Telemetry } from '../../../core/shared/telemetry.ts';
import { DAY_SECONDS } from '../../../core/shared/time.ts';
import type { Caller, RequestHeaders } from '../../runtime/authenticate.ts';
import { readHttpRequest } from '../../runtime/http-request.ts';
import { problem } from '../../runtime/problem.ts';
import { InvalidRequestError, problemOfError } from '../../runtime/problem-of-error.ts';

export interface Deps {
  readonly authenticate: (headers: RequestHeaders) => Promise<Caller | undefined>;
  readonly runs: Pick<RunStore, 'claim' | 'begin' | 'finish'>;
  readonly workflow: WorkflowStarter;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly telemetry: Telemetry;
}

/** Validity of an idempotency key. */
const CLAIM_SECONDS = DAY_SECONDS;

/** Without a key, all requests within a minute start one run. */
const keyOf = (headers: RequestHeaders, now: number): string => {
  const given = headers['idempotency-key'];
  if (given === undefined) return `minute:${new Date(now).toISOString().slice(0, 16)}`;
  const parsed = IdempotencyKey.safeParse(given);
  if (!parsed.success) throw new InvalidRequestError(parsed.error);
  return `key:${parsed.data}`;
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

const respond = async (deps: Deps, event: unknown): Promise<APIGatewayProxyStructuredResultV2> => {
  const { headers } = readHttpRequest(event);
  const caller = await deps.authenticate(headers);
  if (caller === undefined)
    return problem(401, 'unauthorized', 'Send a valid API key as a bearer token or as x-api-key.');
  const { tenantId } = caller;
  const now = deps.now();
  const key = keyOf(headers, now);
  const proposed = runIdOf({ tenantId, trigger: 'api', requestedAt: now, key });
  const runId = await deps.runs.claim(tenantId, key, proposed, Math.floor(now / 1000) + CLAIM_SECONDS);
  const outcome = await start(deps, tenantId, runId);
  deps.telemetry.info('forecast run requested', {
    tenantId,
    runId,
    correlationId: runId,
    outcome,
    apiKey: caller.name,
  });
  return {
    statusCode: 202,
    headers: { 'content-type': 'application/json', location: `/v1/forecast-runs/${runId}` },
    body: JSON.stringify({ id: runId }),
  };
};

/**
 * Starts a forecast run of the caller's tenant and returns its ID, which can be queried immediately. Requests with the
 * same Idempotency-Key within a day return the same run.
 */
export const makeHandler = (deps: Deps) => async (event: unknown) => {
  try {
    return await respond(deps, event);
  } catch (error) {
    return problemOfError(error, deps.telemetry);
  }
};
