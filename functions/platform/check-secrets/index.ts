import * as z from 'zod';
import { makeSecretsManagerClient } from '../../../adapters/aws/clients.ts';
import { readSecretFacts } from '../../../adapters/platform/secret-facts.ts';
import { observe, telemetry } from '../../runtime/observe.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { RotatedSecretsJson } from '../../runtime/rotated-secrets-json.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({
  ROTATION_TARGETS: RotatedSecretsJson,
  ROTATION_DAYS: z.coerce.number().int().positive(),
});

const client = makeSecretsManagerClient();

export const handler = observe(
  makeHandler({
    readFacts: () =>
      Promise.all(
        env.ROTATION_TARGETS.map(({ name, arn }) => readSecretFacts(name, { client, secretId: arn })),
      ),
    rotationDays: env.ROTATION_DAYS,
    telemetry,
    now: Date.now,
  }),
);
