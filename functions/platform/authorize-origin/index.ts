import * as z from 'zod';
import { makeSecretsManagerClient } from '../../../adapters/aws/clients.ts';
import { secretsManagerRings } from '../../../adapters/platform/key-rings.ts';
import { observe, telemetry } from '../../runtime/observe.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({ ORIGIN_SECRET_ARN: z.string().min(1) });

export const handler = observe(
  makeHandler({
    rings: secretsManagerRings({
      client: makeSecretsManagerClient(),
      secretId: env.ORIGIN_SECRET_ARN,
      now: Date.now,
      telemetry,
    }),
  }),
);
