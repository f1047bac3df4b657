import * as z from 'zod';
import { makeS3Client, makeSqsClient } from '../../../adapters/aws/clients.ts';
import { sqsDeadLetters } from '../../../adapters/aws/sqs-dead-letters.ts';
import { dynamoCauseStore } from '../../../adapters/incidents/cause-store.ts';
import { dynamoChangeStore } from '../../../adapters/incidents/change-store.ts';
import { s3DiagnosisRecord } from '../../../adapters/incidents/diagnosis-record.ts';
import { dynamoGraphStore } from '../../../adapters/incidents/graph-store.ts';
import { dynamoIncidentStore } from '../../../adapters/incidents/incident-store.ts';
import { dynamoBlockReader } from '../../../adapters/metrics/block-store.ts';
import { dynamoTargetRegistry } from '../../../adapters/metrics/target-registry.ts';
import { dynamoSettingsStore } from '../../../adapters/platform/settings-store.ts';
import { observe, telemetry } from '../../runtime/observe.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { table } from '../../runtime/tables.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({
  BLOCKS_TABLE_NAME: z.string().min(1),
  TARGETS_TABLE_NAME: z.string().min(1),
  SETTINGS_TABLE_NAME: z.string().min(1),
  INCIDENTS_TABLE_NAME: z.string().min(1),
  CHANGES_TABLE_NAME: z.string().min(1),
  DECISION_BUCKET_NAME: z.string().min(1),
  DEAD_LETTERS_QUEUE_URL: z.string().min(1),
});

export const handler = observe(
  makeHandler({
    incidents: dynamoIncidentStore(table(env.INCIDENTS_TABLE_NAME)),
    graphs: dynamoGraphStore(table(env.INCIDENTS_TABLE_NAME)),
    changes: dynamoChangeStore(table(env.CHANGES_TABLE_NAME)),
    causes: dynamoCauseStore(table(env.INCIDENTS_TABLE_NAME)),
    record: s3DiagnosisRecord({ client: makeS3Client(), bucketName: env.DECISION_BUCKET_NAME }),
    registry: dynamoTargetRegistry(table(env.TARGETS_TABLE_NAME)),
    blocks: dynamoBlockReader(table(env.BLOCKS_TABLE_NAME)),
    settings: dynamoSettingsStore(table(env.SETTINGS_TABLE_NAME)),
    deadLetters: sqsDeadLetters(makeSqsClient(), env.DEAD_LETTERS_QUEUE_URL),
    telemetry,
    now: Date.now,
  }),
);
