import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { makeS3Client, makeSecretsManagerClient } from '../../../adapters/aws/clients.ts';
import { s3DrillReports } from '../../../adapters/platform/drill-reports.ts';
import { secretsManagerRings } from '../../../adapters/platform/key-rings.ts';
import { readSecret } from '../../../adapters/platform/secret-reader.ts';
import { observe, telemetry } from '../../runtime/observe.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { OwnSecretsJson } from '../../runtime/rotated-secrets-json.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({ ROTATION_TARGETS: OwnSecretsJson, REPORT_BUCKET_NAME: z.string().min(1) });
const client = makeSecretsManagerClient();

export const handler = observe(
  makeHandler({
    secrets: env.ROTATION_TARGETS,
    ringsOf: ({ arn }) => secretsManagerRings({ client, secretId: arn, now: Date.now, telemetry }),
    readVersion: ({ arn }, versionId) => readSecret({ client, secretId: arn }, versionId),
    reports: s3DrillReports({ client: makeS3Client(), bucketName: env.REPORT_BUCKET_NAME }),
    random: randomBytes,
    telemetry,
    now: Date.now,
  }),
);
