import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { RunId } from '../../../core/forecasts/run-id.ts';
import { type ForecastBatchDeps, forecastBatch } from '../../../core/forecasts/runs/forecast-batch.ts';
import { TenantId } from '../../../core/shared/identifiers.ts';
import { parseInput } from '../../runtime/parse-input.ts';
import { annotateTrace } from '../../runtime/tracing/trace.ts';

const Input = z.object({
  tenantId: TenantId,
  runId: RunId,
  batchKey: z.string(),
  index: z.number().int().positive(),
});

type Remaining = Pick<Context, 'getRemainingTimeInMillis'>;

/** Forecasts one batch of a run and returns its counts; the failures are in the batch's result file. */
export const makeHandler = (deps: ForecastBatchDeps) => async (event: unknown, context: Remaining) => {
  const timeLeft = () => context.getRemainingTimeInMillis();
  const batch = parseInput(Input, event);
  annotateTrace({ tenant: batch.tenantId, run: batch.runId, part: String(batch.index) });
  const { failures: _, ...counts } = await forecastBatch(deps, { ...batch, timeLeft });
  return counts;
};
