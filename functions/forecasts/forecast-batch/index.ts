import * as z from 'zod';
import { makeS3Client } from '../../../adapters/aws/clients.ts';
import { dynamoBreachStore } from '../../../adapters/forecasts/breach-store.ts';
import { dynamoForecastStore } from '../../../adapters/forecasts/forecast-store.ts';
import { dynamoInterventionStore } from '../../../adapters/forecasts/intervention-store.ts';
import { s3RunFiles } from '../../../adapters/forecasts/run-files.ts';
import { s3StateFiles } from '../../../adapters/forecasts/state-files.ts';
import { dynamoBlockReader } from '../../../adapters/metrics/block-store.ts';
import { dynamoTargetRegistry } from '../../../adapters/metrics/target-registry.ts';
import { s3ScoreFiles } from '../../../adapters/models/score-files.ts';
import { dynamoSettingsStore } from '../../../adapters/platform/settings-store.ts';
import { ensembleBackendWith } from '../../../core/forecasts/ensemble-backend.ts';
import { shippedFleetTrees } from '../../../core/forecasts/shipped-fleet-trees.ts';
import { forecastScorer } from '../../../core/models/scoring/score-batch.ts';
import { publisherTo } from '../../runtime/event-bus.ts';
import { observe, telemetry } from '../../runtime/observe.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { table } from '../../runtime/tables.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({
  SETTINGS_TABLE_NAME: z.string().min(1),
  BLOCKS_TABLE_NAME: z.string().min(1),
  TARGETS_TABLE_NAME: z.string().min(1),
  FORECASTS_TABLE_NAME: z.string().min(1),
  FORECAST_BUCKET_NAME: z.string().min(1),
  EVENT_BUS_NAME: z.string().min(1),
  FORECAST_CADENCE_MINUTES: z.coerce.number().int().positive(),
});
const bucket = { client: makeS3Client(), bucketName: env.FORECAST_BUCKET_NAME };
const files = s3RunFiles(bucket);
const cadenceMinutes = env.FORECAST_CADENCE_MINUTES;

export const handler = observe(
  makeHandler({
    registry: dynamoTargetRegistry(table(env.TARGETS_TABLE_NAME)),
    blocks: dynamoBlockReader(table(env.BLOCKS_TABLE_NAME)),
    forecasts: dynamoForecastStore(table(env.FORECASTS_TABLE_NAME)),
    breaches: dynamoBreachStore(table(env.FORECASTS_TABLE_NAME)),
    interventions: dynamoInterventionStore(table(env.FORECASTS_TABLE_NAME)),
    files,
    states: s3StateFiles(bucket),
    events: publisherTo(env.EVENT_BUS_NAME),
    backend: ensembleBackendWith(shippedFleetTrees()),
    settings: dynamoSettingsStore(table(env.SETTINGS_TABLE_NAME)),
    scorer: forecastScorer({ files, scores: s3ScoreFiles(bucket), telemetry, cadenceMinutes }),
    cadenceMinutes,
    telemetry,
  }),
);
