/** Forecast runs in the API. */
import * as z from 'zod';
import { named } from '../../platform/api/components.ts';
import { ResponseInstant } from '../../platform/api/instants.ts';
import { pageOf, paging } from '../../platform/api/paging.ts';
import { isoOfMs } from '../../shared/time.ts';
import { type ForecastRun, RUN_STATUSES } from '../forecast-run.ts';
import { RunId } from '../run-id.ts';

export const RunPath = z.object({ runId: RunId });
export const RunsQuery = z.strictObject(paging);

export const Run = named(
  'Run',
  z.object({
    id: z.string(),
    status: z.enum(RUN_STATUSES),
    trigger: z.enum(['schedule', 'api']),
    startedAt: ResponseInstant,
    finishedAt: ResponseInstant.optional(),
    targets: z.number().int(),
    series: z.number().int(),
    forecasts: z.number().int(),
    breaches: z.number().int(),
    failed: z.number().int(),
    failures: z
      .array(z.object({ target: z.string(), metric: z.string().optional(), reason: z.string() }))
      .describe('The first hundred series that could not be forecast'),
    error: z.string().optional().describe('Why batches or the whole run failed'),
  }),
);

export const RunPage = pageOf('RunPage', Run);

export const StartedRun = named('StartedRun', z.object({ id: z.string() }));

export const presentRun = (run: ForecastRun): z.infer<typeof Run> => {
  const { runId, status, trigger, targets, series, forecasts, breaches, failed, finishedAt, error } = run;
  return {
    id: runId,
    ...{ status, trigger },
    startedAt: isoOfMs(run.startedAt),
    ...(finishedAt === undefined ? {} : { finishedAt: isoOfMs(finishedAt) }),
    ...{ targets, series, forecasts, breaches, failed },
    failures: run.failures.map(({ targetId, metric, reason }) => ({
      target: targetId,
      ...(metric === undefined ? {} : { metric }),
      reason,
    })),
    ...(error === undefined ? {} : { error }),
  };
};
