import * as z from 'zod';
import { makeS3Client } from '../../../adapters/aws/clients.ts';
import { s3AnchorStore } from '../../../adapters/remediation/anchor-store.ts';
import { dynamoDecisionStore } from '../../../adapters/remediation/decision-store.ts';
import { dynamoDecisionTenants } from '../../../adapters/remediation/decision-tenants.ts';
import { observe, telemetry } from '../../runtime/observe.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { table } from '../../runtime/tables.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({
  REMEDIATIONS_TABLE_NAME: z.string().min(1),
  DECISION_BUCKET_NAME: z.string().min(1),
});

export const handler = observe(
  makeHandler({
    tenants: dynamoDecisionTenants(table(env.REMEDIATIONS_TABLE_NAME)),
    decisions: dynamoDecisionStore(table(env.REMEDIATIONS_TABLE_NAME)),
    anchors: s3AnchorStore({ client: makeS3Client(), bucketName: env.DECISION_BUCKET_NAME }),
    telemetry,
  }),
);
