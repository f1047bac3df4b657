import * as z from 'zod';
import { makeS3Client } from '../../../adapters/aws/clients.ts';
import { s3RunFiles } from '../../../adapters/forecasts/run-files.ts';
import { dynamoRunStore } from '../../../adapters/forecasts/run-store.ts';
import { dynamoTargetRegistry } from '../../../adapters/metrics/target-registry.ts';
import { DEFAULT_BUDGET } from '../../../core/forecasts/runs/batch-budget.ts';
import { observe, telemetry } from '../../runtime/observe.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { table } from '../../runtime/tables.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({
  TARGETS_TABLE_NAME: z.string().min(1),
  FORECASTS_TABLE_NAME: z.string().min(1),
  FORECAST_BUCKET_NAME: z.string().min(1),
});

export const handler = observe(
  makeHandler({
    registry: dynamoTargetRegistry(table(env.TARGETS_TABLE_NAME)),
    runs: dynamoRunStore(table(env.FORECASTS_TABLE_NAME)),
    files: s3RunFiles({ client: makeS3Client(), bucketName: env.FORECAST_BUCKET_NAME }),
    budget: DEFAULT_BUDGET,
    telemetry,
  }),
);
