import * as z from 'zod';
import { makeS3Client } from '../../../adapters/aws/clients.ts';
import { jsonText } from '../../../adapters/aws/json-attributes.ts';
import { dynamoBlockReader } from '../../../adapters/metrics/block-store.ts';
import { dynamoTargetRegistry } from '../../../adapters/metrics/target-registry.ts';
import { s3DecisionInputs } from '../../../adapters/remediation/decision-inputs.ts';
import { dynamoRemediationStore } from '../../../adapters/remediation/remediation-store.ts';
import { gatherVerification } from '../../../core/remediation/gathering/gather-verification.ts';
import { Pace } from '../../../core/remediation/runs/pace.ts';
import type { VerificationInputs } from '../../../core/remediation/verification/verification-inputs.ts';
import { verify } from '../../../core/remediation/verification/verify.ts';
import { publisherTo } from '../../runtime/event-bus.ts';
import { observe, telemetry } from '../../runtime/observe.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { table } from '../../runtime/tables.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({
  REMEDIATIONS_TABLE_NAME: z.string().min(1),
  DECISION_BUCKET_NAME: z.string().min(1),
  BLOCKS_TABLE_NAME: z.string().min(1),
  TARGETS_TABLE_NAME: z.string().min(1),
  EVENT_BUS_NAME: z.string().min(1),
  REMEDIATION_PACE: jsonText(Pace),
});

const store = dynamoRemediationStore(table(env.REMEDIATIONS_TABLE_NAME));
const inputs = s3DecisionInputs({ client: makeS3Client(), bucketName: env.DECISION_BUCKET_NAME });
const sources = {
  ...{ store, inputs, pace: env.REMEDIATION_PACE },
  blocks: dynamoBlockReader(table(env.BLOCKS_TABLE_NAME)),
  registry: dynamoTargetRegistry(table(env.TARGETS_TABLE_NAME)),
};

export const handler = observe(
  makeHandler<VerificationInputs>({
    ...{ store, inputs, verify, telemetry, now: Date.now, events: publisherTo(env.EVENT_BUS_NAME) },
    gather: (run, now) => gatherVerification(sources, run, now),
  }),
);
