import * as z from 'zod';
import { dynamoTargetRegistry } from '../../../adapters/metrics/target-registry.ts';
import { observe, telemetry } from '../../runtime/observe.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { table } from '../../runtime/tables.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({
  TARGETS_TABLE_NAME: z.string().min(1),
  FORECAST_SPREAD_MINUTES: z.coerce.number().nonnegative(),
});

export const handler = observe(
  makeHandler({
    registry: dynamoTargetRegistry(table(env.TARGETS_TABLE_NAME)),
    spreadSeconds: 60 * env.FORECAST_SPREAD_MINUTES,
    telemetry,
  }),
);
