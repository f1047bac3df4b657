import type { Context } from 'aws-lambda';
import * as z from 'zod';
import type { ForecastRun } from '../../../core/forecasts/forecast-run.ts';
import type { RunFiles, RunStore, ScoreKeeper } from '../../../core/forecasts/ports.ts';
import { RunId, runRequestedAt } from '../../../core/forecasts/run-id.ts';
import { failedRun } from '../../../core/forecasts/runs/close-run.ts';
import { identifyRun, RunInput } from '../../../core/forecasts/runs/run-input.ts';
import { newRun, sumResults } from '../../../core/forecasts/runs/sum-results.ts';
import { TenantId } from '../../../core/shared/identifiers.ts';
import type { Telemetry } from '../../../core/shared/telemetry.ts';
import { parseInput } from '../../runtime/parse-input.ts';
import { annotateTrace } from '../../runtime/tracing/trace.ts';

export interface Deps {
  readonly runs: Pick<RunStore, 'get' | 'finish'>;
  readonly files: Pick<RunFiles, 'readResults'>;
  readonly scores: ScoreKeeper;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly telemetry: Telemetry;
}

/** From the state "Close run": all batches have succeeded or failed. */
const Ended = z.object({
  tenantId: TenantId,
  runId: RunId,
  trigger: z.enum(['schedule', 'api']),
  batchCount: z.number().int().nonnegative(),
});

/** From the state "Record failure": the workflow's input and the error. */
const Failed = z.object({
  input: RunInput,
  error: z.object({ Error: z.string(), Cause: z.string().optional() }),
});

const closeEnded = async (deps: Deps, ended: z.infer<typeof Ended>): Promise<ForecastRun> => {
  const { tenantId, runId, trigger, batchCount } = ended;
  const known = await deps.runs.get(tenantId, runId);
  const run = known ?? newRun({ tenantId, runId, trigger, startedAt: runRequestedAt(runId) });
  return sumResults(run, batchCount, await deps.files.readResults(tenantId, runId), deps.now());
};

const closeFailed = async (deps: Deps, { input, error }: z.infer<typeof Failed>): Promise<ForecastRun> => {
  const asked = identifyRun(input);
  return failedRun(await deps.runs.get(asked.tenantId, asked.runId), asked, error, deps.now());
};

type Remaining = Pick<Context, 'getRemainingTimeInMillis'>;

/** Records the end of a run: the sum of its batches' results, with what they scored, or the error that ended its workflow. */
export const makeHandler = (deps: Deps) => async (event: unknown, context: Remaining) => {
  const parsed = parseInput(z.union([Ended, Failed]), event);
  const run = 'error' in parsed ? await closeFailed(deps, parsed) : await closeEnded(deps, parsed);
  await deps.runs.finish(run);
  const { tenantId, runId, status, forecasts, breaches, failed, error } = run;
  annotateTrace({ tenant: tenantId, run: runId });
  const counts = { forecasts, breaches, failed };
  deps.telemetry.info('forecast run closed', {
    tenantId,
    runId,
    correlationId: runId,
    status,
    error,
    ...counts,
  });
  deps.telemetry.count(status === 'SUCCEEDED' ? 'RunSucceeded' : 'RunFailed');
  if (!('error' in parsed))
    await deps.scores.keep({ tenantId, runId, timeLeft: () => context.getRemainingTimeInMillis() });
  return { runId, status, ...counts };
};
