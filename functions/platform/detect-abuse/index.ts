import * as z from 'zod';
import { makeLogsClient } from '../../../adapters/aws/clients.ts';
import { loggedAccessCounts } from '../../../adapters/platform/access-counts.ts';
import { observe, telemetry } from '../../runtime/observe.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({
  ACCESS_LOG_GROUP_NAMES: z
    .string()
    .min(1)
    .transform((names) => names.split(',')),
});

export const handler = observe(
  makeHandler({
    counts: loggedAccessCounts({
      client: makeLogsClient(),
      groupNames: env.ACCESS_LOG_GROUP_NAMES,
    }),
    telemetry,
  }),
);
