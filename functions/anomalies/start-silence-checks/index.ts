import * as z from 'zod';
import { lambdaWorkStarter } from '../../../adapters/anomalies/work-starter.ts';
import { makeLambdaClient } from '../../../adapters/aws/clients.ts';
import { dynamoTargetRegistry } from '../../../adapters/metrics/target-registry.ts';
import { observe, telemetry } from '../../runtime/observe.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { table } from '../../runtime/tables.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({
  TARGETS_TABLE_NAME: z.string().min(1),
  CHECK_SILENCE_FUNCTION_NAME: z.string().min(1),
});

export const handler = observe(
  makeHandler({
    registry: dynamoTargetRegistry(table(env.TARGETS_TABLE_NAME)),
    starter: lambdaWorkStarter({
      client: makeLambdaClient(),
      functionName: env.CHECK_SILENCE_FUNCTION_NAME,
    }),
    telemetry,
  }),
);
