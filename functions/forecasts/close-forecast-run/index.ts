import * as z from 'zod';
import { makeS3Client } from '../../../adapters/aws/clients.ts';
import { s3RunFiles } from '../../../adapters/forecasts/run-files.ts';
import { dynamoRunStore } from '../../../adapters/forecasts/run-store.ts';
import { s3ScoreFiles } from '../../../adapters/models/score-files.ts';
import { scoreKeeper } from '../../../core/models/scoring/keep-scores.ts';
import { observe, telemetry } from '../../runtime/observe.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { table } from '../../runtime/tables.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({
  FORECASTS_TABLE_NAME: z.string().min(1),
  FORECAST_BUCKET_NAME: z.string().min(1),
});
const bucket = { client: makeS3Client(), bucketName: env.FORECAST_BUCKET_NAME };

export const handler = observe(
  makeHandler({
    runs: dynamoRunStore(table(env.FORECASTS_TABLE_NAME)),
    files: s3RunFiles(bucket),
    scores: scoreKeeper({ scores: s3ScoreFiles(bucket), telemetry }),
    now: Date.now,
    telemetry,
  }),
);
