import * as z from 'zod';
import {
  type BatchResult,
  type ForecastRun,
  RUN_STATUSES,
  type SeriesFailure,
} from '../../core/forecasts/forecast-run.ts';
import { objectOf, orUndefined } from '../../core/shared/schemas.ts';
import { type StoredFormat, schemaVersionOf } from '../../core/shared/stored-format.ts';
import { DAY_SECONDS } from '../../core/shared/time.ts';
import type { Item } from '../aws/dynamodb/table.ts';
import { runClaimKey, runKey } from './item-keys.ts';

/** Retention of the record of a run. */
const KEPT_SECONDS = 90 * DAY_SECONDS;

const Failure: z.ZodType<SeriesFailure> = objectOf<SeriesFailure>()({
  targetId: z.string(),
  metric: orUndefined(z.string()),
  reason: z.string(),
});

const counts = {
  targets: z.number(),
  series: z.number(),
  forecasts: z.number(),
  breaches: z.number(),
  failed: z.number(),
  failures: z.array(Failure),
};

/** A run, as an item. */
export const RUN: StoredFormat<ForecastRun> = {
  kind: 'forecast run',
  version: 1,
  schema: objectOf<ForecastRun>()({
    tenantId: z.string(),
    runId: z.string(),
    status: z.enum(RUN_STATUSES),
    trigger: z.enum(['schedule', 'api']),
    startedAt: z.number(),
    finishedAt: orUndefined(z.number()),
    ...counts,
    error: orUndefined(z.string()),
  }),
};

export const runItem = (run: ForecastRun): Item => ({
  ...runKey(run.tenantId, run.runId),
  ...schemaVersionOf(RUN),
  ...run,
  expiresAt: Math.floor(run.startedAt / 1000) + KEPT_SECONDS,
});

export interface RunClaim {
  readonly runId: string;
  /** Epoch seconds. */
  readonly expiresAt: number;
}

/** The run that an idempotency key identifies, as an item. */
export const RUN_CLAIM: StoredFormat<RunClaim> = {
  kind: 'claim on a forecast run',
  version: 1,
  schema: objectOf<RunClaim>()({ runId: z.string(), expiresAt: z.number() }),
};

export const runClaimItem = (tenantId: string, key: string, claim: RunClaim): Item => ({
  ...runClaimKey(tenantId, key),
  ...schemaVersionOf(RUN_CLAIM),
  ...claim,
});

/** The result of one batch, as an object. */
export const BATCH_RESULT: StoredFormat<BatchResult> = {
  kind: 'batch result',
  version: 1,
  // Results of runs before this field was added have none.
  schema: objectOf<BatchResult>()({ index: z.number(), deferred: z.number().default(0), ...counts }),
};

/** The targets of one batch, as an object. */
export const BATCH: StoredFormat<{ readonly targetIds: readonly string[] }> = {
  kind: 'batch',
  version: 1,
  schema: z.object({ targetIds: z.array(z.string()) }),
};
